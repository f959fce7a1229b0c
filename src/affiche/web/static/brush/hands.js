/* Mouse, pen and fingers on the canvas: one paints, two move and zoom; the middle button or a held
   space bar moves; the wheel zooms once the canvas has the focus, so that the page still scrolls. */

const STEP = 1.0015;
const PINCH = 1.01;

export class Hands {
  #down = new Map();
  #doing = null;

  /* `does` has begin, extend, lift, cancel, hover, pan and zoom; places are CSS pixels within the
     canvas. `grips()` tells whether the space bar is held. */
  constructor(canvas, does, grips, signal) {
    this.canvas = canvas;
    this.does = does;
    this.grips = grips;
    const hear = (name, heard) => canvas.addEventListener(name, heard, { signal, passive: false });
    hear("pointerdown", (event) => this.#pressed(event));
    hear("pointermove", (event) => this.#moved(event));
    hear("pointerup", (event) => this.#released(event));
    hear("pointercancel", (event) => this.#released(event, true));
    hear("pointerleave", () => this.does.hover(null));
    hear("wheel", (event) => this.#rolled(event));
    // A long touch paints, and opens no menu.
    hear("contextmenu", (event) => { if (this.#down.size) event.preventDefault(); });
  }

  #pressed(event) {
    if (event.button > 1 && event.pointerType === "mouse") return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true, focusVisible: false });
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      return; // lifted again already
    }
    this.#down.set(event.pointerId, this.#place(event));
    if (this.#down.size === 2) {
      if (this.#doing === "paint") this.does.cancel();
      this.#doing = "pinch";
    } else if (this.#down.size === 1) {
      this.#doing = event.button === 1 || this.grips() ? "pan" : "paint";
      if (this.#doing === "paint") {
        this.does.begin(this.#place(event), pressure(event), (event.buttons & 32) !== 0);
      }
    }
  }

  #moved(event) {
    const before = this.#down.get(event.pointerId);
    const place = this.#place(event);
    if (!before) {
      if (event.pointerType !== "touch") this.does.hover(place);
      return;
    }
    if (this.#doing === "paint") {
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [event]) {
        this.does.extend(this.#place(one), pressure(one));
      }
    } else if (this.#doing === "pan") {
      this.does.pan(place.x - before.x, place.y - before.y);
    } else if (this.#doing === "pinch") {
      this.#pinched(event.pointerId, before, place);
    }
    this.#down.set(event.pointerId, place);
  }

  #pinched(id, before, place) {
    const [, other] = [...this.#down].find(([each]) => each !== id);
    const factor = apart(place, other) / Math.max(1, apart(before, other));
    // In this order: a picture that is shown whole has no room to be moved in.
    this.does.zoom(factor, (before.x + other.x) / 2, (before.y + other.y) / 2);
    this.does.pan((place.x - before.x) / 2, (place.y - before.y) / 2);
  }

  /* After two fingers, the one that is left does not begin to paint. */
  #released(event, cancelled = false) {
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#doing === "paint") {
      if (cancelled) this.does.cancel();
      else this.does.lift();
    }
    this.#doing = this.#down.size ? "rest" : null;
  }

  #rolled(event) {
    if (!event.ctrlKey && document.activeElement !== this.canvas) return;
    const { x, y } = this.#place(event);
    const lines = event.deltaMode ? 16 : 1;
    if (event.shiftKey) {
      event.preventDefault();
      this.does.pan(-(event.deltaX || event.deltaY) * lines, 0);
      return;
    }
    const factor = (event.ctrlKey ? PINCH : STEP) ** (-event.deltaY * lines);
    if (this.does.zoom(factor, x, y)) event.preventDefault();
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: event.clientX - box.left - this.canvas.clientLeft,
      y: event.clientY - box.top - this.canvas.clientTop,
    };
  }
}

/* Mice and most fingers tell none. */
function pressure(event) {
  return event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 1;
}

const apart = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
