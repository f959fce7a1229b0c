/* Steps painted on a canvas: what is covered is opaque, all else transparent. The canvas may show
   only a strip of the whole, from row `top` on. */

const WHOLE = 2 * Math.PI;
const PAINTERS = { stroke, invert, laid };

/* `size` is that of the whole picture on this canvas, in pixels. */
export function paint(context, steps, size, top = 0) {
  for (const step of steps) PAINTERS[step.kind](context, step, size, top);
}

/* `from` is the index of the first point that has not been painted yet. */
export function stroke(context, { erases, points }, { width, height }, top = 0, from = 0) {
  const rows = context.canvas.height;
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  context.lineCap = "round";
  if (from === 0) {
    context.beginPath();
    context.arc(points[0] * width, points[1] * height - top, points[2] * width, 0, WHOLE);
    context.fill();
  }
  for (let at = Math.max(3, from); at < points.length; at += 3) {
    const [x, y, radius, toX, toY, toRadius] = points.slice(at - 3, at + 3);
    const reach = Math.max(radius, toRadius) * width;
    const one = y * height - top;
    const other = toY * height - top;
    if (Math.max(one, other) + reach < 0 || Math.min(one, other) - reach > rows) continue;
    context.lineWidth = (radius + toRadius) * width;
    context.beginPath();
    context.moveTo(x * width, one);
    context.lineTo(toX * width, other);
    context.stroke();
  }
}

function invert(context) {
  context.globalCompositeOperation = "xor";
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

function laid(context, { bits }, size, top) {
  const { width, height } = context.canvas;
  const shown = context.createImageData(width, height);
  bits.unpack(shown.data, width, top, size);
  context.putImageData(shown, 0, 0);
}
