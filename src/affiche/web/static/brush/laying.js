/* A mask that is a file, to be laid on a picture. */

import { read } from "./strips.js";

const BENT = 0.02;

/* The mask in `file` at `size` as { bits }, or what is wrong with it: { wrong, about }. */
export async function opened(file, size) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return { wrong: "unreadable" };
  try {
    const { width, height } = picture;
    if (liesOn(picture, size)) return { bits: await read(picture, size) };
    const about = { width, height, target_width: size.width, target_height: size.height };
    return { wrong: "misfit", about };
  } finally {
    picture.close();
  }
}

/* The studio's rule: the same proportions within two per cent, or as near as whole pixels come. */
export function liesOn(mask, target) {
  const across = mask.width * target.height;
  const along = mask.height * target.width;
  return Math.abs(across - along) <= Math.max(BENT * along, target.width, target.height);
}
