/* A drawn graph to move about in: arrow keys lead along its links, dragging moves the pane, buttons
   and keys bring it closer. What the pane shows is scrolled as anything else is. */

const CLOSER = 1.25;
const LEAST = 0.15;
const MOST = 2;
const READABLE = 0.8;
const SLIP = 4;
const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const TOOLS = [["out", "−"], ["in", "+"], ["all", "⤢"]];

class GraphView extends HTMLElement {
  #scale = 1;
  #held = null;
  #current = "";

  connectedCallback() {
    this.#furnish();
    this.addEventListener("keydown", this.#pressed);
    this.addEventListener("focusin", this.#entered);
    this.addEventListener("click", this.#clicked, { capture: true });
    this.addEventListener("pointerdown", this.#seized);
    this.addEventListener("pointermove", this.#dragged);
    this.addEventListener("pointerup", this.#released);
    this.addEventListener("pointercancel", this.#released);
    this.addEventListener("wheel", this.#wheeled, { passive: false });
    document.addEventListener("htmx:after:swap", this.#settle);
    this.#scale = Math.min(1, Math.max(READABLE, this.#whole));
    this.#settle();
    this.#show(this.querySelector("[aria-current]") ?? this.#nodes[0]);
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.#settle);
  }

  get #pane() { return this.querySelector(".graph-pane"); }
  get #drawing() { return this.querySelector(".graph-drawing"); }
  get #nodes() { return [...this.querySelectorAll(".graph-node")]; }
  get #size() { return this.#drawing.viewBox.baseVal; }
  get #whole() {
    const { width, height } = this.#size;
    return Math.min(this.#pane.clientWidth / width, this.#pane.clientHeight / height);
  }

  /* The buttons that only scripts can serve; a swap may have taken them away. */
  #furnish() {
    const tools = this.querySelector(".graph-tools");
    if (tools.childElementCount) return;
    for (const [act, sign] of TOOLS) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button button-square", textContent: sign });
      button.setAttribute("aria-label", this.dataset[act]);
      button.title = this.dataset[act];
      button.addEventListener("click", () => this.#zoom(act));
      tools.append(button);
    }
  }

  /* After a swap: the size again, and one node alone in Tab's way. */
  #settle = () => {
    if (!this.isConnected || !this.#drawing) return;
    this.#furnish();
    this.#resize(this.#scale);
    const nodes = this.#nodes;
    const chosen = this.querySelector(".graph-node[aria-current]");
    const stop = document.getElementById(this.#current) ?? chosen ?? nodes[0];
    for (const node of nodes) node.tabIndex = node === stop ? 0 : -1;
  };

  #resize(scale) {
    const { width, height } = this.#size;
    this.#scale = Math.min(MOST, Math.max(LEAST, scale));
    this.#drawing.setAttribute("width", String(width * this.#scale));
    this.#drawing.setAttribute("height", String(height * this.#scale));
  }

  /* Around a point of the pane, else its middle. */
  #zoom(act, at = null) {
    const pane = this.#pane;
    const { x, y } = at ?? { x: pane.clientWidth / 2, y: pane.clientHeight / 2 };
    const before = this.#scale;
    const place = [(pane.scrollLeft + x) / before, (pane.scrollTop + y) / before];
    if (act === "all") this.#resize(Math.min(1, this.#whole));
    else this.#resize(act === "in" ? before * CLOSER : before / CLOSER);
    pane.scrollTo(place[0] * this.#scale - x, place[1] * this.#scale - y);
  }

  #show(node) {
    if (!node) return;
    const box = node.getBoundingClientRect();
    const pane = this.#pane.getBoundingClientRect();
    this.#pane.scrollBy(
      box.left + box.width / 2 - pane.left - pane.width / 2,
      box.top + box.height / 2 - pane.top - pane.height / 2,
    );
  }

  #pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = event.target.closest(".graph-node");
    if (!node) return;
    const zoom = { "+": "in", "=": "in", "-": "out", "0": "all" }[event.key];
    const way = WAYS[event.key];
    if (!zoom && !way) return;
    event.preventDefault();
    if (zoom) {
      this.#zoom(zoom);
      this.#show(node);
      return;
    }
    const next = document.getElementById(`node-${node.dataset[way]}`);
    if (!next) return;
    next.focus({ preventScroll: true });
    this.#show(next);
  };

  #entered = (event) => {
    const node = event.target.closest(".graph-node");
    if (!node || node.id === this.#current) return;
    this.#current = node.id;
    for (const each of this.#nodes) each.tabIndex = each === node ? 0 : -1;
  };

  #wheeled = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const pane = this.#pane.getBoundingClientRect();
    this.#zoom(event.deltaY < 0 ? "in" : "out", {
      x: event.clientX - pane.left,
      y: event.clientY - pane.top,
    });
  };

  /* Fingers scroll by themselves. */
  #seized = (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    if (!event.target.closest(".graph-pane")) return;
    const { scrollLeft, scrollTop } = this.#pane;
    this.#held = { x: event.clientX, y: event.clientY, scrollLeft, scrollTop, moved: false };
  };

  #dragged = (event) => {
    const held = this.#held;
    if (!held) return;
    const [x, y] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(x, y) < SLIP) return;
    if (!held.moved) this.setPointerCapture(event.pointerId);
    held.moved = true;
    this.toggleAttribute("data-dragging", true);
    this.#pane.scrollTo(held.scrollLeft - x, held.scrollTop - y);
  };

  #released = () => {
    this.removeAttribute("data-dragging");
    // The click that follows is the drag's end, and no choice.
    if (this.#held?.moved) setTimeout(() => { this.#held = null; });
    else this.#held = null;
  };

  #clicked = (event) => {
    if (!this.#held?.moved) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

customElements.define("graph-view", GraphView);
