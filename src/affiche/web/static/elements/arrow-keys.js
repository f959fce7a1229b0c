/* Arrow keys move the focus from cell to cell as they lie on the page; Tab stops at one cell alone,
   and at what is in it. The first thing of a cell that takes the focus stands for it. */

const FOCUSABLE = "a[href], button, input";
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

class ArrowKeys extends HTMLElement {
  #current = null;
  #watch = new MutationObserver(() => this.#settle());

  connectedCallback() {
    this.addEventListener("keydown", this.#pressed);
    this.addEventListener("focusin", this.#entered);
    document.addEventListener("htmx:after:swap", this.#settle);
    this.#watch.observe(this, { childList: true, subtree: true });
    this.#settle();
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this.#pressed);
    this.removeEventListener("focusin", this.#entered);
    document.removeEventListener("htmx:after:swap", this.#settle);
    this.#watch.disconnect();
  }

  get #cells() { return [...this.querySelectorAll(this.dataset.cells)]; }

  /* Everything that came anew is left out of Tab's way, save one cell. */
  #settle = () => {
    const cells = this.#cells;
    if (!this.#current || !this.contains(this.#current)) this.#current = cells[0] ?? null;
    for (const cell of cells) reachable(cell, cell === this.#current);
  };

  #entered = (event) => {
    const cell = event.target.closest(this.dataset.cells);
    if (!cell || cell === this.#current) return;
    if (this.#current) reachable(this.#current, false);
    this.#current = cell;
    reachable(cell, true);
  };

  #pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = event.target.closest(this.dataset.cells);
    if (!cell) return;
    const next = this.#next(event.key, cell);
    if (!next) return;
    event.preventDefault();
    next.querySelector(FOCUSABLE).focus();
  };

  #next(key, cell) {
    const cells = this.#cells;
    const at = cells.indexOf(cell);
    if (key in STEPS) return cells[at + STEPS[key]];
    if (key === "Home") return cells[0];
    if (key === "End") return cells.at(-1);
    if (key === "ArrowDown") return nearest(cell, cells.slice(at + 1));
    if (key === "ArrowUp") return nearest(cell, cells.slice(0, at).reverse());
    return null;
  }
}

function reachable(cell, whether) {
  for (const one of cell.querySelectorAll(FOCUSABLE)) {
    const wanted = whether ? 0 : -1;
    if (one.tabIndex !== wanted) one.tabIndex = wanted;
  }
}

/* Of the first other row, the cell that stands most nearly above or below. */
function nearest(cell, others) {
  const { top, left, height } = cell.getBoundingClientRect();
  let row = null;
  let found = null;
  let best = Infinity;
  for (const other of others) {
    const place = other.getBoundingClientRect();
    if (Math.abs(place.top - top) < height / 2) continue;
    if (row !== null && Math.abs(place.top - row) > height / 2) break;
    row ??= place.top;
    const apart = Math.abs(place.left - left);
    if (apart < best) [best, found] = [apart, other];
  }
  return found;
}

customElements.define("arrow-keys", ArrowKeys);
