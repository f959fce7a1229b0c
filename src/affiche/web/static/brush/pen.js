/* Brush and eraser, and the stroke that is being painted. */

const LEAST = 1;
const FAINTEST = 0.15;
const GROWTH = 1.2;

export class Pen {
  #live = null;

  constructor() {
    this.erases = false;
    this.size = 0;
    this.most = LEAST;
  }

  /* A brush that suits the picture; one that was chosen before keeps its part of it. */
  suit({ width, height }) {
    const long = Math.max(width, height);
    const part = this.size ? this.size / this.most : 0.16;
    this.most = Math.max(LEAST, Math.round(long * 0.4));
    this.#set(part * this.most);
  }

  /* Pixels of the picture, across. */
  set(size) { this.#set(size); }
  grow() { this.#set(Math.max(this.size * GROWTH, this.size + 1)); }
  shrink() { this.#set(Math.min(this.size / GROWTH, this.size - 1)); }

  get radius() { return this.size / 2; }
  get isDown() { return this.#live !== null; }

  /* `point` in pixels of the picture with `size`; `pressure` 0 to 1, of pens. */
  begin(point, size, pressure = 1, erases = this.erases) {
    this.#live = { kind: "stroke", erases, points: [] };
    return this.extend(point, size, pressure);
  }

  /* The stroke, and the index of the point that is new in it. */
  extend({ x, y }, { width, height }, pressure = 1) {
    const { points } = this.#live;
    const radius = this.radius * Math.max(FAINTEST, pressure);
    points.push(x / width, y / height, radius / width);
    return [this.#live, points.length - 3];
  }

  /* What was painted, if anything was. */
  lift() {
    const done = this.#live;
    this.#live = null;
    return done;
  }

  #set(size) { this.size = Math.round(Math.min(this.most, Math.max(LEAST, size))); }
}
