/* Where a picture lies that is larger than its frame: `zoom` times as large, its corner `x`, `y` from
   the frame's. Boxes are as `getBoundingClientRect` gives them. */

/* At `zoom` with the point `at` of the screen where it is. */
export function toward(view, zoom, at, frame) {
  const ratio = zoom / view.zoom;
  const [px, py] = [at.x - frame.left, at.y - frame.top];
  return { zoom, x: px - (px - view.x) * ratio, y: py - (py - view.y) * ratio };
}

/* As near as may be, with no gap between the picture and the edge of the window that it fills. */
export function held(view, frame, window) {
  if (view.zoom <= 1) return { zoom: 1, x: 0, y: 0 };
  const along = (at, start, length, from, room) => {
    const whole = length * view.zoom;
    const least = from - start;
    if (whole <= room) return least + (room - whole) / 2;
    return Math.min(least, Math.max(least + room - whole, at));
  };
  return {
    zoom: view.zoom,
    x: along(view.x, frame.left, frame.width, window.left, window.width),
    y: along(view.y, frame.top, frame.height, window.top, window.height),
  };
}
