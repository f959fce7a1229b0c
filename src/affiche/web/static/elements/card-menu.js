/* What can be done with one card, below the button on it that opens it. It tells `card-act`
   {what, card}. */

class CardMenu extends HTMLElement {
  #card = null;
  #clicked = (event) => {
    const opener = event.target.closest?.(".hung-menu");
    if (opener) this.#open(opener);
  };

  connectedCallback() {
    document.addEventListener("click", this.#clicked);
    this.addEventListener("click", (event) => this.#chosen(event.target.closest("button")));
    this.addEventListener("keydown", (event) => this.#step(event));
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#clicked);
  }

  #open(opener) {
    this.#card = opener.closest(".hung");
    this.showPopover();
    const { bottom, right } = opener.getBoundingClientRect();
    this.style.left = `${Math.max(8, right - this.offsetWidth)}px`;
    this.style.top = `${Math.max(8, Math.min(bottom + 4, innerHeight - this.offsetHeight - 8))}px`;
    this.querySelector("button").focus();
  }

  #chosen(button) {
    if (!button) return;
    this.hidePopover();
    const detail = { what: button.value, card: this.#card };
    this.dispatchEvent(new CustomEvent("card-act", { bubbles: true, detail }));
  }

  #step(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const all = [...this.querySelectorAll("button")];
    all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
  }
}

customElements.define("card-menu", CardMenu);
