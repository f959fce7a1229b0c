/* What one can do to a mask, whatever hand or key does it: the pen, the steps, the stage they are
   seen on, and the cursor that keys move. */

import { History } from "./history.js";
import { Pen } from "./pen.js";
import { Stage } from "./stage.js";

const NEARER = 1.25;
const KEY_STEP = 0.25;

export class Easel {
  #cursor = null;

  /* `changed()` hears each step that was made, taken back or made again; `pen()` when it is
     another. */
  constructor(canvas, changed) {
    this.stage = new Stage(canvas);
    this.history = new History();
    this.pen = new Pen();
    this.changed = changed;
  }

  get isReady() { return Boolean(this.stage.picture); }
  get steps() { return this.history.steps; }
  get size() { return this.stage.size; }
  get isBlank() { return !this.history.steps.length; }

  show(picture) {
    this.lift();
    this.stage.show(picture, this.steps);
    this.#cursor = null;
    if (picture) this.pen.suit(this.size);
  }

  /* Places are of the box, in CSS pixels. */
  begin({ x, y }, pressure, erases) {
    if (!this.isReady) return;
    this.lift();
    this.#cursor = null;
    const { pen } = this;
    const point = this.stage.view.toPicture(x, y);
    this.stage.follow(...pen.begin(point, this.size, pressure, erases || pen.erases));
  }

  extend({ x, y }, pressure) {
    if (!this.pen.isDown) return;
    this.stage.ring = null;
    this.stage.follow(...this.pen.extend(this.stage.view.toPicture(x, y), this.size, pressure));
  }

  lift() {
    const step = this.pen.lift();
    if (!step) return false;
    this.history.add(step);
    this.stage.soften();
    this.changed();
    return true;
  }

  cancel() {
    if (this.pen.lift()) this.stage.repaint(this.steps);
  }

  hover(place) {
    if (!this.isReady || this.pen.isDown) return;
    this.#cursor = null;
    this.stage.ring = place && {
      ...this.stage.view.toPicture(place.x, place.y),
      radius: this.pen.radius,
    };
    this.stage.draw();
  }

  pan(across, down) {
    if (!this.isReady) return;
    this.stage.view.pan(across, down);
    this.stage.draw();
  }

  /* Whether it could be zoomed any more. */
  zoom(factor, x, y) {
    if (!this.isReady) return false;
    const { view } = this.stage;
    const before = view.scale;
    view.zoom(factor, x, y);
    this.stage.draw();
    return view.scale !== before;
  }

  closer() { this.zoom(NEARER); }
  further() { this.zoom(1 / NEARER); }

  fit() {
    this.stage.view?.fit();
    this.stage.draw();
  }

  /* By keys; `by` in quarters of the brush, or in pixels. */
  move([across, down], inPixels = false) {
    const by = inPixels ? 1 : Math.max(1, this.pen.size * KEY_STEP);
    const { x, y } = this.cursor;
    this.#cursor = {
      x: Math.min(this.size.width, Math.max(0, x + across * by)),
      y: Math.min(this.size.height, Math.max(0, y + down * by)),
    };
    if (this.pen.isDown) this.stage.follow(...this.pen.extend(this.#cursor, this.size));
    this.stage.view.reveal(this.#cursor);
    this.mark();
  }

  /* Down to paint on the way, or up again; whether it is down. */
  press() {
    if (this.lift()) return false;
    this.stage.follow(...this.pen.begin(this.cursor, this.size));
    this.mark();
    return true;
  }

  get hasCursor() { return this.#cursor !== null; }

  get cursor() {
    const { width, height } = this.stage.view.box;
    this.#cursor ??= this.stage.view.toPicture(width / 2, height / 2);
    return this.#cursor;
  }

  /* The ring where the keys are. */
  mark() {
    this.stage.ring = { ...this.cursor, radius: this.pen.radius, byKey: true };
    this.stage.draw();
  }

  unmark() {
    this.lift();
    this.#cursor = null;
    this.stage.ring = null;
    this.stage.draw();
  }

  add(step) {
    this.lift();
    this.history.add(step);
    this.#again();
  }

  undo() { return this.#went(this.history.undo()); }
  redo() { return this.#went(this.history.redo()); }

  #went(moved) {
    if (moved) this.#again();
    return moved;
  }

  #again() {
    if (this.isReady) this.stage.repaint(this.steps);
    this.changed();
  }
}
