/* How much of the new picture will be seen in each pixel of a mask: the studio's own rule
   (`w = 255 · min(1, d / (f + 1))`, the edge within the mask, never broader than the mask is deep),
   on a smaller canvas. The distance goes straight in steps of 5 and across in steps of 7. */

const STRAIGHT = 5;
const ACROSS = 7;
const FAR = 0xffff;
const HALF = 128;

/* `pixels` are a canvas's, of which alpha counts; `feather` in pixels of this canvas. */
export function weights(pixels, width, height, feather) {
  const depth = depths(pixels, width, height);
  let deepest = 0;
  for (let at = 0; at < depth.length; at += 1) if (depth[at] > deepest) deepest = depth[at];
  const reach = Math.max(STRAIGHT, Math.min(deepest, (feather + 1) * STRAIGHT));
  const found = new Uint8ClampedArray(depth.length);
  for (let at = 0; at < depth.length; at += 1) found[at] = 255 * Math.min(1, depth[at] / reach);
  return found;
}

/* The picture's own border is no edge. */
function depths(pixels, width, height) {
  const depth = new Uint16Array(width * height);
  for (let at = 0; at < depth.length; at += 1) depth[at] = pixels[4 * at + 3] >= HALF ? FAR : 0;
  const pass = (start, step, rows) => {
    for (let at = start, left = width * height; left > 0; at += step, left -= 1) {
      if (!depth[at]) continue;
      const x = at % width;
      const before = step > 0 ? x > 0 : x < width - 1;
      const after = step > 0 ? x < width - 1 : x > 0;
      const above = at - rows >= 0 && at - rows < depth.length;
      let least = depth[at];
      if (before) least = Math.min(least, depth[at - step] + STRAIGHT);
      if (above) {
        least = Math.min(least, depth[at - rows] + STRAIGHT);
        if (before) least = Math.min(least, depth[at - rows - step] + ACROSS);
        if (after) least = Math.min(least, depth[at - rows + step] + ACROSS);
      }
      depth[at] = Math.min(FAR, least);
    }
  };
  pass(0, 1, width);
  pass(width * height - 1, -1, -width);
  return depth;
}
