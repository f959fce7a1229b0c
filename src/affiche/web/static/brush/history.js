/* What was painted, step by step, so that it can be taken back. All lengths are parts of the
   picture: x and radius of its width, y of its height. So the same steps paint a small canvas to
   look at and the mask at the picture's own size, and fit another picture of these proportions.

   A step is { kind: "stroke", erases, points: [x, y, radius, …] }, { kind: "invert" },
   { kind: "clear" } or { kind: "laid", bits }; the last two are all there is from then on. */

export class History {
  #steps = [];
  #undone = [];

  add(step) {
    this.#steps.push(step);
    this.#undone = [];
  }

  /* Both return whether there was anything to take back or to do again. */
  undo() { return move(this.#steps, this.#undone); }
  redo() { return move(this.#undone, this.#steps); }

  get canUndo() { return this.#steps.length > 0; }
  get canRedo() { return this.#undone.length > 0; }

  /* The steps that count, from the last one that replaced everything. */
  get steps() {
    const start = this.#steps.findLastIndex(({ kind }) => kind === "clear" || kind === "laid");
    return this.#steps.slice(Math.max(0, start)).filter(({ kind }) => kind !== "clear");
  }

  forget() {
    this.#steps = [];
    this.#undone = [];
  }
}

function move(from, to) {
  if (!from.length) return false;
  to.push(from.pop());
  return true;
}
