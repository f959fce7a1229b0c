/* Where the picture lies in its box, and how large. Lengths of the box are CSS pixels. */

const CLOSEST = 12;

export class View {
  /* Both as { width, height }. */
  constructor(box, size) {
    this.box = box;
    this.size = size;
    this.fit();
  }

  get least() {
    return Math.min(this.box.width / this.size.width, this.box.height / this.size.height);
  }

  get most() { return Math.max(CLOSEST, this.least * 4); }
  get isFitted() { return this.scale <= this.least * 1.001; }

  fit() {
    this.scale = this.least;
    this.x = 0;
    this.y = 0;
    this.#hold();
  }

  /* The box has another size now; what is in its middle stays there. */
  resize(box) {
    const fitted = this.isFitted;
    const middle = this.toPicture(this.box.width / 2, this.box.height / 2);
    this.box = box;
    if (fitted) this.fit();
    else this.#centre(middle);
  }

  zoom(factor, x = this.box.width / 2, y = this.box.height / 2) {
    const under = this.toPicture(x, y);
    this.scale = Math.min(this.most, Math.max(this.least, this.scale * factor));
    this.x = x - under.x * this.scale;
    this.y = y - under.y * this.scale;
    this.#hold();
  }

  pan(across, down) {
    this.x += across;
    this.y += down;
    this.#hold();
  }

  /* So that this point of the picture is seen. */
  reveal(point) {
    const { x, y } = this.toBox(point);
    if (x < 0 || y < 0 || x > this.box.width || y > this.box.height) this.#centre(point);
  }

  toPicture(x, y) { return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale }; }
  toBox({ x, y }) { return { x: x * this.scale + this.x, y: y * this.scale + this.y }; }

  #centre({ x, y }) {
    this.x = this.box.width / 2 - x * this.scale;
    this.y = this.box.height / 2 - y * this.scale;
    this.#hold();
  }

  /* A picture smaller than the box lies in its middle; a larger one covers it. */
  #hold() {
    this.x = held(this.x, this.box.width, this.size.width * this.scale);
    this.y = held(this.y, this.box.height, this.size.height * this.scale);
  }
}

function held(at, box, length) {
  return length <= box ? (box - length) / 2 : Math.min(0, Math.max(box - length, at));
}
