/* A pane at the side that can be folded away, by its button or by a key. A cookie keeps how it is
   left, so that the page comes that way the next time. */

const COOKIE = "affiche_folded";
const YEAR = 365 * 24 * 3600;

class FoldPane extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#clicked);
    document.addEventListener("keydown", this.#pressed, { capture: true });
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#clicked);
    document.removeEventListener("keydown", this.#pressed, { capture: true });
  }

  get #button() { return this.querySelector(":scope > .fold"); }

  get folded() { return this.hasAttribute("data-folded"); }

  set folded(whether) {
    this.toggleAttribute("data-folded", whether);
    this.#button.setAttribute("aria-expanded", String(!whether));
    const panes = [...document.querySelectorAll("fold-pane[data-folded]")];
    const names = panes.map((pane) => pane.dataset.name).join(".");
    document.cookie = `${COOKIE}=${names}; path=/; max-age=${YEAR}; samesite=lax`;
  }

  #clicked = (event) => {
    if (event.target.closest("button") === this.#button) this.folded = !this.folded;
  };

  /* By the place of the key: with Alt held, some keyboards type another letter there. On a phone
     there is nothing to fold, and so no button. */
  #pressed = (event) => {
    if (event.code !== this.dataset.key || !event.altKey || event.ctrlKey || event.metaKey) return;
    if (!this.#button.checkVisibility()) return;
    event.preventDefault();
    event.stopPropagation();
    const within = this.contains(document.activeElement);
    this.folded = !this.folded;
    if (within && this.folded) this.#button.focus();
  };
}

customElements.define("fold-pane", FoldPane);
