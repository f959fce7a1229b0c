/* A picture that is looked at closely: by wheel, pinch, double tap, keys and buttons, and moved about
   while it is larger than its frame. What lies in it (one picture, or two that are compared) stays
   as it is; its pictures are drawn by `--zoom`, `--pan-x` and `--pan-y` (lightbox.css). */

import { Fingers } from "../lightbox/fingers.js";
import { held, toward } from "../lightbox/framing.js";

const STEP = 1.5;
const MOST = 8;
const SHARP = 2;
const SLIDE = 80;
const ARROWS = {
  ArrowLeft: [SLIDE, 0],
  ArrowRight: [-SLIDE, 0],
  ArrowUp: [0, SLIDE],
  ArrowDown: [0, -SLIDE],
};

class ZoomPane extends HTMLElement {
  #view = { zoom: 1, x: 0, y: 0 };
  #fingers = null;
  #tools = null;
  #watch = new ResizeObserver(() => this.#show(this.#view));
  #keyed = (event) => this.#key(event);
  #swapped = () => this.#show(this.#view);
  #pressed = (event) => {
    const pressed = event.target.closest("[data-zoom]");
    if (pressed) this.zoom(pressed.dataset.zoom);
  };

  connectedCallback() {
    this.#fingers = new Fingers(this, {
      ready: () => this.#pictures.length > 0,
      zoomed: () => this.zoomed,
      moved: (x, y) => this.#slide(x, y),
      pinched: (ratio, at) => this.#closer(ratio, at),
      tapped: (at) => this.zoom(this.zoomed ? "fit" : "tap", at),
    });
    this.addEventListener("wheel", this.#wheel, { passive: false });
    document.addEventListener("keydown", this.#keyed);
    document.addEventListener("htmx:after:swap", this.#swapped);
    this.#tools = this.closest(".spread-picture, .seen");
    this.#tools?.addEventListener("click", this.#pressed);
    this.#watch.observe(this);
    const first = this.#frame?.querySelector("img, svg");
    const ratio = first && Number(first.getAttribute("width")) / Number(first.getAttribute("height"));
    if (ratio) this.style.setProperty("--ratio", ratio);
  }

  disconnectedCallback() {
    this.#fingers.leave();
    this.removeEventListener("wheel", this.#wheel);
    document.removeEventListener("keydown", this.#keyed);
    document.removeEventListener("htmx:after:swap", this.#swapped);
    this.#tools?.removeEventListener("click", this.#pressed);
    this.#watch.disconnect();
  }

  get zoomed() { return this.#view.zoom > 1; }

  get #pictures() { return [...this.querySelectorAll(".print img:not([id])")]; }

  /* What the pictures fill at 1; beside one another each has a frame of its own. */
  get #frame() {
    const print = this.querySelector(".print");
    const beside = print?.dataset.view === "beside";
    return beside ? print.querySelector(".compare-result") : print;
  }

  /* Where they may be seen. */
  get #window() { return this.querySelector(".print[data-view=beside]") ? this.#frame : this; }

  /* The zoom at which one pixel of the picture is one of the screen. */
  get #whole() {
    const img = this.querySelector(".compare-result img") ?? this.#pictures[0];
    const width = Number(img?.getAttribute("width"));
    return width ? width / (this.#frame.clientWidth * devicePixelRatio) : 1;
  }

  zoom(how, at = null) {
    if (!this.#pictures.length) return;
    const { zoom } = this.#view;
    const whole = Math.max(1, this.#whole);
    const wanted = {
      in: zoom * STEP,
      out: zoom / STEP,
      fit: 1,
      pixels: whole,
      // A picture that is all there already is looked at twice as large.
      tap: whole > 1.2 ? whole : 2,
    }[how];
    this.#closer(wanted / zoom, at ?? this.#middle);
  }

  get #middle() {
    const box = this.#window.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }

  #closer(ratio, at) {
    const most = Math.max(MOST, MOST * this.#whole);
    const zoom = Math.min(most, Math.max(1, this.#view.zoom * ratio));
    this.#show(toward(this.#view, zoom, at, this.#under(at)));
  }

  /* The frame in which somebody points, where there are two. */
  #under(at) {
    const all = [...this.querySelectorAll(".print[data-view=beside] figure")];
    const boxes = all.map((one) => one.getBoundingClientRect());
    const found = boxes.find((box) => at.x >= box.left && at.x <= box.right);
    return found ?? this.#frame.getBoundingClientRect();
  }

  #slide(x, y) {
    const view = this.#view;
    this.#show({ zoom: view.zoom, x: view.x + x, y: view.y + y });
  }

  #show(view) {
    if (!this.#frame) return;
    const frame = this.#frame.getBoundingClientRect();
    this.#view = held(view, frame, this.#window.getBoundingClientRect());
    const { zoom, x, y } = this.#view;
    this.toggleAttribute("data-zoomed", this.zoomed);
    this.style.setProperty("--zoom", zoom);
    this.style.setProperty("--pan-x", `${x}px`);
    this.style.setProperty("--pan-y", `${y}px`);
    this.toggleAttribute("data-sharp", this.zoomed && zoom / this.#whole > SHARP);
    const percent = this.#tools?.querySelector(".zoom-percent");
    if (!percent || !this.#pictures.length) return;
    percent.textContent = this.dataset.percent.replace("{percent}", Math.round((zoom / this.#whole) * 100));
    for (const one of this.#tools.querySelectorAll("[data-zoom=out], [data-zoom=fit]")) {
      one.setAttribute("aria-disabled", String(!this.zoomed));
    }
  }

  /* On a page that scrolls only together with Ctrl, as a pinch on a touch pad comes too. */
  #wheel = (event) => {
    if (!this.#pictures.length || !(event.ctrlKey || this.closest("dialog"))) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const ratio = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002));
    this.#closer(ratio, { x: event.clientX, y: event.clientY });
  };

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = document.querySelector("dialog[open]");
    if ((open && !open.contains(this)) || !this.#pictures.length) return;
    if (event.target.closest("input, textarea, select, [role=slider], [contenteditable]")) return;
    const asked = { "+": "in", "=": "in", "-": "out", "0": "fit" }[event.key];
    const named = asked ?? (event.code === "KeyZ" && !event.shiftKey ? "pixels" : null);
    if (named) this.zoom(named);
    else if (this.zoomed && event.key in ARROWS) this.#slide(...ARROWS[event.key]);
    else return;
    event.preventDefault();
  }
}

customElements.define("zoom-pane", ZoomPane);
