/* Buttons that choose how the element they are for shows itself. With `data-kept` the choice is kept
   in this browser under that name. */

class ViewSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const chosen = event.target.closest("button");
      if (!chosen || !this.#choose(chosen)) return;
      if (this.dataset.kept) localStorage.setItem(this.dataset.kept, chosen.dataset.view);
    });
    const kept = this.dataset.kept && localStorage.getItem(this.dataset.kept);
    const known = [...this.querySelectorAll("button")].find((one) => one.dataset.view === kept);
    if (known) this.#choose(known);
  }

  #choose(chosen) {
    // In a lightbox there may be another of that name below.
    const around = this.closest("article") ?? document;
    const shown = around.querySelector(`#${this.dataset.for}`);
    if (!shown) return false;
    shown.dataset.view = chosen.dataset.view;
    for (const button of this.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    return true;
  }
}

customElements.define("view-switch", ViewSwitch);
