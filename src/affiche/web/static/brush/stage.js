/* The picture with its mask over it, as they are seen: the picture, what is covered in the accent's
   colour and as soft as it will be, the brush's ring. Or the mask alone, white on black. */

import { paint, stroke } from "./painting.js";
import { weights } from "./softness.js";
import { View } from "./view.js";

const AREA = 1_500_000;
const VEILED = 0.62;
const SHARPEST = 2;
const HALF = 128;

export class Stage {
  #plane = null;
  #look = null;
  #small = null;
  #asked = 0;
  #observer = new ResizeObserver(() => this.#resized());

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.view = null;
    this.size = null;
    this.mode = "overlay";
    this.feather = 0;
    this.covered = 0;
    this.ring = null;
    this.#observer.observe(canvas);
  }

  stop() {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#asked);
  }

  /* Another picture to paint over, or none. */
  show(picture, steps) {
    this.picture = picture;
    this.size = picture && { width: picture.naturalWidth, height: picture.naturalHeight };
    this.ring = null;
    if (picture) {
      this.view = new View(this.#box, this.size);
      this.#plane = this.#layer({ willReadFrequently: true });
      this.#look = this.#layer();
      this.#small = this.#layer();
      const { width, height } = this.#small.canvas;
      this.#small.imageSmoothingQuality = "high";
      this.#small.drawImage(picture, 0, 0, width, height);
      this.repaint(steps);
    }
    this.draw();
  }

  /* From the first step on: after a step was taken back. */
  repaint(steps) {
    const { width, height } = this.#plane.canvas;
    this.#plane.globalCompositeOperation = "source-over";
    this.#plane.clearRect(0, 0, width, height);
    paint(this.#plane, steps, { width, height });
    this.soften();
  }

  /* The stroke that is being painted, from the point with this index on. */
  follow(step, from) {
    this.#look.fillStyle = this.#colour;
    this.#look.strokeStyle = this.#colour;
    for (const layer of [this.#plane, this.#look]) {
      stroke(layer, step, layer.canvas, 0, from);
    }
    this.draw();
  }

  /* The soft edge as it will be. */
  soften() {
    if (!this.#plane) return;
    const { width, height } = this.#plane.canvas;
    const shown = this.#plane.getImageData(0, 0, width, height);
    const seen = weights(shown.data, width, height, this.feather * (width / this.size.width));
    const [red, green, blue] = this.#channels();
    let covered = 0;
    for (let at = 0; at < seen.length; at += 1) {
      covered += shown.data[4 * at + 3] >= HALF;
      shown.data[4 * at] = red;
      shown.data[4 * at + 1] = green;
      shown.data[4 * at + 2] = blue;
      shown.data[4 * at + 3] = seen[at];
    }
    this.covered = covered / seen.length;
    this.#look.putImageData(shown, 0, 0);
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.#asked);
    this.#asked = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const { context, canvas, view, size } = this;
    const sharp = this.#sharpness;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.picture) return;
    const scale = sharp * view.scale;
    context.setTransform(scale, 0, 0, scale, sharp * view.x, sharp * view.y);
    if (this.mode === "mask") {
      context.fillStyle = "#000";
      context.fillRect(0, 0, size.width, size.height);
    } else {
      const small = this.#small.canvas;
      const near = scale > small.width / size.width;
      context.drawImage(near ? this.picture : small, 0, 0, size.width, size.height);
      context.globalAlpha = VEILED;
    }
    context.drawImage(this.#look.canvas, 0, 0, size.width, size.height);
    context.globalAlpha = 1;
    if (this.ring) this.#circle(sharp);
  }

  /* Light within dark, to be seen on any picture; with a cross where keys have put it. */
  #circle(sharp) {
    const { context, ring } = this;
    const { x, y } = this.view.toBox(ring);
    const radius = Math.max(2, ring.radius * this.view.scale);
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    for (const [width, colour] of [[3.5, "rgb(0 0 0 / 70%)"], [1.5, "#fff"]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (ring.byKey) {
        for (const [across, down] of [[5, 0], [0, 5]]) {
          context.moveTo(x - across, y - down);
          context.lineTo(x + across, y + down);
        }
      }
      context.stroke();
    }
  }

  #resized() {
    const { width, height } = this.#box;
    const sharp = this.#sharpness;
    this.canvas.width = Math.max(1, Math.round(width * sharp));
    this.canvas.height = Math.max(1, Math.round(height * sharp));
    this.view?.resize({ width, height });
    this.#draw();
  }

  get #box() {
    return { width: this.canvas.clientWidth || 1, height: this.canvas.clientHeight || 1 };
  }

  get #sharpness() { return Math.min(SHARPEST, window.devicePixelRatio || 1); }

  get #colour() {
    const accent = getComputedStyle(this.canvas).getPropertyValue("--accent").trim();
    this.context.fillStyle = this.mode === "mask" ? "#ffffff" : accent;
    return this.context.fillStyle; // as #rrggbb, however it was written
  }

  #channels() {
    return [1, 3, 5].map((at) => parseInt(this.#colour.slice(at, at + 2), 16));
  }

  /* As large as the picture, but no larger than a phone can hold several of. */
  #layer(about) {
    const { width, height } = this.size;
    const by = Math.min(1, Math.sqrt(AREA / (width * height)));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * by));
    canvas.height = Math.max(1, Math.round(height * by));
    return canvas.getContext("2d", about);
  }
}
