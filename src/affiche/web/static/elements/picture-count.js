/* How many pictures are asked for: by buttons, by the arrow keys, or written; never more than may be
   and never fewer than one. */

class PictureCount extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#pressed);
    this.addEventListener("input", this.#show);
    this.addEventListener("change", this.#settled);
    this.addEventListener("keydown", this.#entered);
    document.addEventListener("htmx:after:swap", this.#show);
    this.#show();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#pressed);
    this.removeEventListener("input", this.#show);
    this.removeEventListener("change", this.#settled);
    this.removeEventListener("keydown", this.#entered);
    document.removeEventListener("htmx:after:swap", this.#show);
  }

  get #input() { return this.querySelector("input"); }

  #within(number) {
    const { min, max } = this.#input;
    return Math.min(Number(max), Math.max(Number(min), Math.round(number) || Number(min)));
  }

  #pressed = (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    this.#set(this.#within(Number(this.#input.value) + Number(button.dataset.step)));
    this.querySelector("[role=status]").textContent = this.dataset.told.replace("{n}", this.#input.value);
  };

  #settled = () => this.#set(this.#within(Number(this.#input.value)));

  #set(number) {
    if (this.#input.value === String(number)) return;
    this.#input.value = String(number);
    this.#input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* As in a field of the form itself. */
  #entered = (event) => {
    if (event.key !== "Enter" || event.target !== this.#input) return;
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    this.#settled();
    this.#input.form.requestSubmit();
  };

  #show = () => {
    const number = Number(this.#input.value);
    const { min, max } = this.#input;
    for (const button of this.querySelectorAll("[data-step]")) {
      const end = Number(button.dataset.step) < 0 ? number <= Number(min) : number >= Number(max);
      button.setAttribute("aria-disabled", String(end));
    }
  };
}

customElements.define("picture-count", PictureCount);
