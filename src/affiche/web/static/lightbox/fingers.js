/* What fingers, pens and mice do on a picture: two pinch it, one moves what is zoomed, two taps in
   one place zoom. The handle of a comparison is left alone. */

const TAP = 300;
const NEAR = 24;

export class Fingers {
  #down = new Map();
  #last = null;
  #begun = null;

  constructor(pane, told) {
    this.pane = pane;
    this.told = told;
    this.listened = [
      ["pointerdown", this.#pressed],
      ["pointermove", this.#moved],
      ["pointerup", this.#lifted],
      ["pointercancel", this.#gone],
      ["touchmove", this.#held],
      ["dragstart", this.#dragged],
    ];
    for (const [type, on] of this.listened) pane.addEventListener(type, on, { passive: false });
  }

  leave() {
    for (const [type, on] of this.listened) this.pane.removeEventListener(type, on);
  }

  /* A page is not scrolled by what pinches. */
  #held = (event) => {
    if (event.touches.length > 1 && event.cancelable) event.preventDefault();
  };

  #dragged = (event) => event.preventDefault();

  #pressed = (event) => {
    if (event.button || !this.told.ready()) return;
    this.#begun = this.#down.size ? null : place(event);
    // The first of two taps may have brought the handle there.
    if (event.target.closest(".compare-handle")) return;
    this.#down.set(event.pointerId, place(event));
    this.pane.toggleAttribute("data-pinched", this.#down.size > 1);
    // What is only looked at may be compared: then the slider holds the pointer.
    if (this.told.zoomed() || this.#down.size > 1) this.pane.setPointerCapture(event.pointerId);
  };

  #moved = (event) => {
    const before = this.#down.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    if (this.#down.size === 1) {
      if (this.told.zoomed()) this.told.moved(now.x - before.x, now.y - before.y);
    } else {
      const [other] = [...this.#down].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const ratio = apart(now, other) / (apart(before, other) || 1);
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      this.told.pinched(ratio, middle);
      if (this.told.zoomed()) this.told.moved((now.x - before.x) / 2, (now.y - before.y) / 2);
    }
    this.#down.set(event.pointerId, now);
  };

  #lifted = (event) => {
    const begun = this.#begun;
    this.#gone(event);
    if (!begun || apart(begun, place(event)) > NEAR) return;
    const at = { ...place(event), when: event.timeStamp };
    const twice = this.#last && at.when - this.#last.when < TAP && apart(at, this.#last) < NEAR;
    this.#last = twice ? null : at;
    if (twice) this.told.tapped(at);
  };

  #gone = (event) => {
    this.#down.delete(event.pointerId);
    this.#begun = null;
    this.pane.toggleAttribute("data-pinched", this.#down.size > 1);
  };
}

const place = (event) => ({ x: event.clientX, y: event.clientY });
const apart = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
