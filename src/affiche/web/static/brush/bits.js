/* A mask with one bit a pixel, as PNG packs them: rows of whole bytes, the leftmost pixel highest.
   At 50 megapixels that is 6 MB, where a canvas would take 200. */

export class Bits {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.row = Math.ceil(width / 8);
    this.data = new Uint8Array(this.row * height);
    this.covered = 0;
  }

  has(x, y) {
    return (this.data[y * this.row + (x >> 3)] & (128 >> (x & 7))) !== 0;
  }

  get isEmpty() { return this.covered === 0; }
  get isFull() { return this.covered === this.width * this.height; }

  /* The part of the picture that is covered, of 1. */
  get share() { return this.covered / (this.width * this.height); }

  /* Rows from `top` on, out of the pixels of a canvas; `covers(red, green, blue, alpha)` decides. */
  pack(pixels, top, rows, covers) {
    let at = 0;
    for (let y = top; y < top + rows; y += 1) {
      for (let x = 0; x < this.width; x += 1, at += 4) {
        if (!covers(pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3])) continue;
        this.data[y * this.row + (x >> 3)] |= 128 >> (x & 7);
        this.covered += 1;
      }
    }
  }

  /* The pixels of a canvas `wide` broad, which shows rows from `top` on of the mask at `size`. */
  unpack(pixels, wide, top, size) {
    const columns = Uint32Array.from({ length: wide }, (_, x) => (
      Math.min(this.width - 1, Math.floor(((x + 0.5) * this.width) / size.width))
    ));
    for (let at = 3, y = top; at < pixels.length; y += 1) {
      const row = Math.min(this.height - 1, Math.floor(((y + 0.5) * this.height) / size.height));
      for (let x = 0; x < wide; x += 1, at += 4) pixels[at] = this.has(columns[x], row) ? 255 : 0;
    }
  }
}
