/* Two pictures one over the other; the handle says how much of the result is uncovered.
   Without scripts the two stand side by side. */

const STEP = 2;
const LEAP = 10;

class CompareSlider extends HTMLElement {
  #handle = null;
  #at = 50;

  connectedCallback() {
    if (this.#handle) return;
    this.#handle = document.createElement("div");
    this.#handle.className = "compare-handle";
    this.#handle.tabIndex = 0;
    const about = {
      role: "slider",
      "aria-label": this.dataset.label,
      "aria-orientation": "horizontal",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    };
    for (const [name, value] of Object.entries(about)) this.#handle.setAttribute(name, value);
    this.append(this.#handle);
    this.#handle.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("pointerdown", (event) => this.#grabbed(event));
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.at = 50;
  }

  /* Per cent of the width, from the left, that shows the source. */
  get at() { return this.#at; }

  set at(percent) {
    this.#at = Math.min(100, Math.max(0, percent));
    this.style.setProperty("--at", `${this.#at}%`);
    const shown = Math.round(100 - this.#at);
    this.#handle.setAttribute("aria-valuenow", shown);
    this.#handle.setAttribute("aria-valuetext", this.dataset.value.replace("{percent}", shown));
  }

  #pressed(event) {
    const moves = {
      ArrowLeft: this.#at - STEP,
      ArrowDown: this.#at + STEP,
      ArrowRight: this.#at + STEP,
      ArrowUp: this.#at - STEP,
      PageDown: this.#at + LEAP,
      PageUp: this.#at - LEAP,
      Home: 0,
      End: 100,
    };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.at = moves[event.key];
  }

  /* What is zoomed is moved about, and over a list a finger leads on: then only the handle slides. */
  #isTaken(event) {
    const leads = event.pointerType !== "mouse" && this.closest("dialog");
    return Boolean(leads || this.closest("[data-zoomed]"));
  }

  #grabbed(event) {
    if (event.button || this.dataset.view === "beside" || this.dataset.view === "result") return;
    if (event.target !== this.#handle && this.#isTaken(event)) return;
    const move = (moved) => {
      if (this.closest("[data-pinched]")) return;
      const box = this.getBoundingClientRect();
      this.at = (100 * (moved.clientX - box.left)) / box.width;
    };
    const end = () => {
      this.removeEventListener("pointermove", move);
      this.toggleAttribute("data-held", false);
    };
    this.setPointerCapture(event.pointerId);
    this.toggleAttribute("data-held", true);
    this.addEventListener("pointermove", move);
    this.addEventListener("pointerup", end, { once: true });
    this.addEventListener("pointercancel", end, { once: true });
    move(event);
    this.#handle.focus({ preventScroll: true, focusVisible: false });
  }
}

customElements.define("compare-slider", CompareSlider);
