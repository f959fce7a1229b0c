/* As long as its button or the key B is held, the comparison shows the source alone. */

class SourcePeek extends HTMLElement {
  #keyed = (event) => this.#key(event);
  #left = () => this.#peek(false);

  connectedCallback() {
    const button = this.querySelector("button");
    button.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      button.setPointerCapture(event.pointerId);
      this.#peek(true);
    });
    for (const type of ["pointerup", "pointercancel", "blur"]) {
      button.addEventListener(type, this.#left);
    }
    // What is held long on a touch screen asks for a menu.
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    for (const type of ["keydown", "keyup"]) document.addEventListener(type, this.#keyed);
    window.addEventListener("blur", this.#left);
  }

  disconnectedCallback() {
    for (const type of ["keydown", "keyup"]) document.removeEventListener(type, this.#keyed);
    window.removeEventListener("blur", this.#left);
  }

  /* The key by its place, so that a Korean keyboard does the same. */
  #key(event) {
    const pressed = event.type === "keydown";
    const own = this.contains(event.target) && [" ", "Enter"].includes(event.key);
    const typing = event.target.closest?.("input, textarea, select");
    const named = event.code === "KeyB" && !typing;
    if (!(own || named) || event.altKey || event.ctrlKey || event.metaKey) return;
    const open = document.querySelector("dialog[open]");
    if (open && !open.contains(this)) return;
    event.preventDefault();
    this.#peek(pressed);
  }

  #peek(whether) {
    const around = this.closest("article") ?? document;
    const shown = around.querySelector(`#${this.dataset.for}`);
    shown?.toggleAttribute("data-peek", whether);
    this.querySelector("button").setAttribute("aria-pressed", String(whether));
  }
}

customElements.define("source-peek", SourcePeek);
