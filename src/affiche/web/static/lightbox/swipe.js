/* A finger that goes sideways over `stage` leads on: what is under it follows, and lets go or springs
   back. `busy` says whether something else has the finger. */

const SURE = 10;
const FAR = 80;
const QUICK = 0.5;

export class Swipe {
  #from = null;
  #along = false;

  constructor(stage, { busy, on }) {
    this.stage = stage;
    this.busy = busy;
    this.on = on;
    this.listened = [
      ["pointerdown", this.#pressed],
      ["pointermove", this.#moved],
      ["pointerup", this.#lifted],
      ["pointercancel", this.#left],
    ];
    for (const [type, on] of this.listened) stage.addEventListener(type, on);
  }

  leave() {
    for (const [type, on] of this.listened) this.stage.removeEventListener(type, on);
  }

  #pressed = (event) => {
    const taken = event.target.closest("button, a, input, .compare-handle, .spread-words");
    if (event.pointerType === "mouse" || taken) return;
    if (!event.isPrimary || this.busy()) return this.#left();
    this.#from = { x: event.clientX, y: event.clientY, when: event.timeStamp };
    this.#along = false;
  };

  #moved = (event) => {
    if (!this.#from) return;
    if (this.busy()) return this.#left();
    const [x, y] = [event.clientX - this.#from.x, event.clientY - this.#from.y];
    if (!this.#along && Math.abs(y) > SURE && Math.abs(y) > Math.abs(x)) return this.#left();
    if (Math.abs(x) > SURE) this.#along = true;
    if (this.#along) this.#follow(x);
  };

  #lifted = (event) => {
    const from = this.#from;
    const along = this.#along;
    this.#left();
    if (!from || !along) return;
    const x = event.clientX - from.x;
    const speed = Math.abs(x) / Math.max(1, event.timeStamp - from.when);
    if (Math.abs(x) > FAR || speed > QUICK) this.on(x < 0 ? 1 : -1);
  };

  #left = () => {
    this.#from = null;
    this.#along = false;
    this.#follow(0);
  };

  #follow(x) {
    this.stage.toggleAttribute("data-swiped", x !== 0);
    this.stage.style.setProperty("--swipe", `${x}px`);
  }
}
