/* A list whose rows are dragged into another order, which is sent when a row is let go. Its buttons
   do the same by keyboard, without this. */

class FieldOrder extends HTMLElement {
  #row = null;
  #before = "";

  connectedCallback() {
    this.addEventListener("dragstart", this.#taken);
    this.addEventListener("dragover", this.#over);
    this.addEventListener("drop", (event) => event.preventDefault());
    this.addEventListener("dragend", this.#let);
    document.addEventListener("htmx:after:swap", this.#settle);
    this.#settle();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.#settle);
  }

  get #rows() { return [...this.querySelectorAll("[data-name]")]; }
  get #names() { return this.#rows.map((row) => row.dataset.name).join(" "); }

  #settle = () => {
    for (const row of this.#rows) {
      if (row.draggable) continue;
      row.draggable = true;
      row.title = this.dataset.grip;
      // Or a link would be dragged in its place.
      for (const link of row.querySelectorAll("a")) link.draggable = false;
    }
  };

  #taken = (event) => {
    this.#row = event.target.closest?.("[data-name]");
    if (!this.#row) return;
    this.#before = this.#names;
    this.#row.toggleAttribute("data-dragged", true);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.#row.dataset.name);
  };

  #over = (event) => {
    if (!this.#row) return;
    event.preventDefault();
    const over = event.target.closest("[data-name]");
    if (!over || over === this.#row) return;
    const { top, height } = over.getBoundingClientRect();
    over[event.clientY < top + height / 2 ? "before" : "after"](this.#row);
  };

  #let = () => {
    this.#row?.removeAttribute("data-dragged");
    const names = this.#names;
    if (this.#row && names !== this.#before) this.#send(names);
    this.#row = null;
  };

  #send(names) {
    const view = this.closest("[data-view]").dataset.view;
    htmx.ajax("POST", this.dataset.address, {
      source: this,
      target: "#draft",
      select: "#draft",
      swap: "outerMorph",
      values: { names, view },
    });
  }
}

customElements.define("field-order", FieldOrder);
