/* All that the brush can, by keys on its canvas. Letters count by their place where the keyboard is
   set to Hangul. */

const PLAIN = {
  b: "brush",
  e: "eraser",
  "[": "shrink",
  "]": "grow",
  i: "invert",
  v: "view",
  "+": "closer",
  "=": "closer",
  "-": "further",
  0: "fit",
  Delete: "clear",
  Backspace: "clear",
  Enter: "press",
  " ": "space",
  Escape: "leave",
};
const MOVES = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/* { does, by } or null; `by` only for "move": right and down, in steps. With Shift a move is four
   times as far, with Alt it goes by pixels ("nudge"). */
export function meaning(event) {
  const { key, shiftKey } = event;
  if (event.ctrlKey || event.metaKey) {
    const letter = letterOf(event);
    if (letter === "z") return { does: shiftKey ? "redo" : "undo" };
    return letter === "y" ? { does: "redo" } : null;
  }
  if (key in MOVES) {
    const far = shiftKey ? 4 : 1;
    return { does: event.altKey ? "nudge" : "move", by: MOVES[key].map((one) => one * far) };
  }
  if (event.altKey) return null;
  const does = PLAIN[key] ?? PLAIN[letterOf(event)];
  return does ? { does } : null;
}

function letterOf({ key, code }) {
  if (/^[\x20-\x7e]$/.test(key)) return key.toLowerCase();
  return code?.startsWith("Key") ? code.slice(3).toLowerCase() : "";
}

export class Keys {
  /* Whether the space bar is held to move the picture. */
  grip = false;

  constructor(canvas, easel, desk, does, signal) {
    Object.assign(this, { canvas, easel, desk, does });
    canvas.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    canvas.addEventListener("keyup", (event) => {
      if (event.key === " ") this.grip = false;
    }, { signal });
    canvas.addEventListener("blur", () => {
      this.grip = false;
      if (easel.hasCursor) easel.unmark();
    }, { signal });
  }

  #pressed(event) {
    const { easel, desk } = this;
    const meant = meaning(event);
    if (!meant || !easel.isReady || (meant.does === "leave" && !easel.pen.isDown)) return;
    event.preventDefault();
    if (meant.by) {
      easel.move(meant.by, meant.does === "nudge");
      desk.announce(desk.say("place", this.#place()));
    } else if (meant.does === "space" && !easel.hasCursor && this.canvas.matches(":hover")) {
      // A hand over the picture holds the bar to move it; keys alone paint with it.
      this.grip = true;
    } else if (meant.does === "press" || meant.does === "space") {
      if (!event.repeat) this.#press();
    } else if (meant.does === "leave") {
      easel.cancel();
    } else {
      this.does(meant.does);
    }
  }

  #press() {
    const { easel, desk } = this;
    const said = easel.press() ? "down" : "up";
    desk.announce(desk.say(said, { percent: desk.percent(easel.stage.covered) }));
  }

  #place() {
    const { x, y } = this.easel.cursor;
    const { width, height } = this.easel.size;
    return { x: Math.round((100 * x) / width), y: Math.round((100 * y) / height) };
  }
}
