/* A mask as PNG (W3C, third edition): one bit a pixel in grey, white where it covers. */

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

export async function png(bits) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, bits.width);
  view.setUint32(4, bits.height);
  header[8] = 1; // one bit, grey, no interlacing
  const parts = [SIGNATURE, chunk("IHDR", header), chunk("IDAT", await deflated(rows(bits)))];
  return new Blob([...parts, chunk("IEND", new Uint8Array(0))], { type: "image/png" });
}

/* Each row with the number of its filter before it: none. */
function rows(bits) {
  const found = new Uint8Array((bits.row + 1) * bits.height);
  for (let y = 0; y < bits.height; y += 1) {
    found.set(bits.data.subarray(y * bits.row, (y + 1) * bits.row), y * (bits.row + 1) + 1);
  }
  return found;
}

/* What browsers call "deflate" is the zlib format, as PNG wants it. */
async function deflated(data) {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(name, data) {
  const whole = new Uint8Array(data.length + 12);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(name), 4);
  whole.set(data, 8);
  view.setUint32(data.length + 8, checksum(whole.subarray(4, data.length + 8)));
  return whole;
}

function checksum(data) {
  let rest = 0xffffffff;
  for (const byte of data) rest = TABLE[(rest ^ byte) & 255] ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
