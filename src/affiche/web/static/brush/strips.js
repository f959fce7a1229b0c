/* Pictures of any size go by in strips, each small enough for a phone, and others get their turn
   between two of them. */

import { Bits } from "./bits.js";
import { paint } from "./painting.js";

const PIXELS = 2 ** 20;
const HALF = 128;
const FULL = 255;
const NEARLY = 1e-6;

/* The mask at its picture's own size; an edge is cut at half, as the studio cuts it. */
export async function rendered(steps, { width, height }) {
  const bits = new Bits(width, height);
  for await (const [context, top, rows] of strips(width, height)) {
    paint(context, steps, { width, height }, top);
    const { data } = context.getImageData(0, 0, width, rows);
    bits.pack(data, top, rows, (red, green, blue, alpha) => alpha >= HALF);
  }
  return bits;
}

/* A picture read as a mask, at `size`, by the studio's rule: where anything of it is transparent,
   what is transparent is covered; else what is white is. */
export async function read(picture, { width, height }) {
  let least = FULL;
  const draw = (context, top) => {
    context.imageSmoothingEnabled = picture.width !== width || picture.height !== height;
    context.drawImage(picture, 0, -top, width, height);
    return context.getImageData(0, 0, width, context.canvas.height).data;
  };
  for await (const [context, top] of strips(width, height)) {
    const data = draw(context, top);
    for (let at = 3; at < width * (Math.min(height - top, context.canvas.height)) * 4; at += 4) {
      if (data[at] < least) least = data[at];
    }
  }
  const byAlpha = (red, green, blue, alpha) => FULL - alpha >= HALF;
  const byLight = (red, green, blue) => (
    0.2126 * red + 0.7152 * green + 0.0722 * blue >= HALF - NEARLY
  );
  const bits = new Bits(width, height);
  for await (const [context, top, rows] of strips(width, height)) {
    bits.pack(draw(context, top), top, rows, least < FULL ? byAlpha : byLight);
  }
  return bits;
}

async function* strips(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = Math.min(height, Math.max(1, Math.floor(PIXELS / width)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  for (let top = 0; top < height; top += canvas.height) {
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, width, canvas.height);
    yield [context, top, Math.min(canvas.height, height - top)];
    await new Promise((turn) => { setTimeout(turn); });
  }
}
