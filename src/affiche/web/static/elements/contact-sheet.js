/* K keeps and X rejects the work that has the focus, by pressing its own button; once more takes it
   back. By the key's place, so that a Korean keyboard does the same. */

class ContactSheet extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#pressed);
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this.#pressed);
  }

  #pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const button = event.target.closest(".proof")?.querySelector(`[data-code="${event.code}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  };
}

customElements.define("contact-sheet", ContactSheet);
