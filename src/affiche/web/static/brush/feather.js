/* How soft the mask's edge is: one value in two places, beside the picture and among the form's
   other fields, where it may also be set by a preset. */

export class Feather {
  /* `name` is the form's field, "" if there is none, and then it is always `usual`;
     `changed(pixels)` hears each value, the first one too. */
  constructor(form, name, usual, changed) {
    Object.assign(this, { form, name, usual, changed });
    form.addEventListener("input", this.#heard);
    changed(this.pixels);
  }

  stop() { this.form.removeEventListener("input", this.#heard); }

  get #control() { return this.name ? this.form.elements.namedItem(this.name) : null; }

  /* An empty field means what is usual. */
  get pixels() { return Number(this.#control?.value || this.usual); }

  set pixels(pixels) {
    this.#control.value = pixels;
    this.#control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #heard = (event) => {
    if (event.target === this.#control) this.changed(this.pixels);
  };
}
