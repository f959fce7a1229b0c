/* Of all that hang on the wall, what is nearest above or below one; null at its end. */

export function nearest(all, one, below) {
  const here = one.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  const rows = all.map((each) => [each, each.getBoundingClientRect()]);
  const beyond = rows.filter(([, box]) => (below ? box.top > here.bottom - 1 : box.bottom < here.top + 1));
  if (!beyond.length) return null;
  const tops = beyond.map(([, box]) => box.top);
  const row = below ? Math.min(...tops) : Math.max(...tops);
  const away = ([, box]) => Math.abs(box.left + box.width / 2 - middle);
  return beyond
    .filter(([, box]) => Math.abs(box.top - row) < 2)
    .reduce((best, each) => (away(each) < away(best) ? each : best))[0];
}
