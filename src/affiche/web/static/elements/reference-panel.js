/* Shows one reference beside the others, in a dialog: Escape, the cross or a click beside it closes
   it, the arrow keys lead to its neighbours, and the focus goes back to the tile it came from. */

class ReferencePanel extends HTMLElement {
  #shown = null;

  connectedCallback() {
    // Told where it was asked for: at a tile, or at a form in here.
    document.addEventListener("htmx:after:swap", this.#swapped);
    this.addEventListener("click", (event) => {
      if (event.target === this.#dialog || event.target.closest(".panel-close")) {
        this.#dialog.close();
      }
    });
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.#dialog.addEventListener("close", () => this.#closed());
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.#swapped);
  }

  get #dialog() { return this.querySelector("dialog"); }
  get #tile() { return document.getElementById(`ref-${this.#shown}`); }

  #swapped = () => {
    if (!this.querySelector("#panel").hasChildNodes()) return;
    const { id, gone, words, saved } = this.querySelector(".reference")?.dataset ?? {};
    if (gone) {
      this.#remove();
      return;
    }
    if (!id) return;
    const moved = id !== this.#shown;
    this.#shown = id;
    // Closed a moment ago and not told of yet, it stays so whatever else is read anew.
    if (moved && !this.#dialog.open) this.#dialog.showModal();
    // The swap itself has kept the focus of a heading, and who read on since is not called back.
    const within = this.querySelector("#panel").contains(document.activeElement);
    if (moved && !within) this.querySelector("#reference-heading").focus();
    else this.querySelector("[aria-invalid]")?.focus();
    if (saved !== undefined) this.#retell(words);
  };

  #retell(words) {
    delete this.querySelector(".reference").dataset.saved;
    const line = this.#tile?.querySelector(".ref-words");
    line?.lastChild.replaceWith(words);
    line?.classList.remove("ref-none");
    tell();
  }

  #remove() {
    const tile = this.#tile;
    const neighbour = tile?.nextElementSibling ?? tile?.previousElementSibling;
    tile?.remove();
    this.#shown = neighbour?.id.replace("ref-", "") ?? null;
    this.#dialog.close();
    tell();
  }

  #pressed(event) {
    const step = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    if (!step || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    // What lies in the panel, not #shown: a key may come before its swap is told of.
    const here = document.getElementById(`ref-${this.querySelector(".reference")?.dataset.id}`);
    here?.[step]?.querySelector("a[hx-get]")?.click();
  }

  #closed() {
    const back = this.#tile?.querySelector("a") ?? document.querySelector(".ref a, #search");
    back?.focus();
    this.querySelector("#panel").replaceChildren();
    this.#shown = null;
  }
}

/* The counts of the page, and its list, are read anew. */
function tell() {
  document.body.dispatchEvent(new CustomEvent("references.counted"));
}

customElements.define("reference-panel", ReferencePanel);
