/* A dialog of labels for what was chosen, tags or collections: each is put on or taken off at once,
   some can be found by typing, and what is not there yet is made by Enter. */

class LabelPicker extends HTMLElement {
  #asked = null;
  #labels = [];

  connectedCallback() {
    this.#dialog.addEventListener("click", (event) => {
      // Beside it: the dialog itself is hit by its backdrop alone.
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.addEventListener("input", (event) => event.target === this.#field && this.#show());
    this.addEventListener("change", (event) => event.target.type === "checkbox" && this.#toggle(event.target));
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      // Nor is it the wall's.
      event.stopPropagation();
      if (event.submitter?.value === "close") this.#dialog.close();
      else this.#make();
    });
  }

  /* `about`: what it is for, in words. `labels`: gives [{value, words, count}]. `holds(value)`: 0 for
     none of what was chosen, 1 for all, between for some. `put(value, on)` does it, `make(words)`
     gives a new label; both throw where they were refused. */
  async open(asked) {
    this.#asked = asked;
    this.#labels = [];
    this.#field.value = "";
    this.querySelector(".labels-about").textContent = asked.about;
    this.#say("");
    this.#show();
    this.#dialog.showModal();
    this.#field.focus();
    try {
      this.#labels = await asked.labels();
    } catch {
      this.#say(this.dataset.failed);
    }
    this.#show();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #field() {
    return this.querySelector(".labels-field");
  }

  #show() {
    const typed = this.#field.value.trim().toLowerCase();
    const rows = this.#labels
      .filter(({ words }) => words.toLowerCase().includes(typed))
      .map((label) => this.#row(label));
    this.querySelector(".labels-list").replaceChildren(...rows);
    const known = this.#labels.some(({ words }) => words.toLowerCase() === typed);
    this.querySelector(".labels-make").disabled = !typed || known;
    this.querySelector(".labels-none").hidden = rows.length > 0;
  }

  #row(label) {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const check = row.querySelector("input");
    check.value = label.value;
    const held = this.#asked.holds(label.value);
    check.checked = held === 1;
    check.indeterminate = held > 0 && held < 1;
    row.querySelector(".labels-words").textContent = label.words;
    row.querySelector(".labels-count").textContent = label.count ?? "";
    return row;
  }

  async #toggle(check) {
    const on = check.checked;
    this.#say("");
    try {
      await this.#asked.put(check.value, on);
    } catch {
      check.checked = !on;
      this.#say(this.dataset.failed);
    }
  }

  async #make() {
    const words = this.#field.value.trim();
    if (!words) return;
    const known = this.#labels.find((label) => label.words.toLowerCase() === words.toLowerCase());
    const button = this.querySelector(".labels-make");
    button.disabled = true;
    try {
      const label = known ?? (await this.#asked.make(words));
      if (!known) this.#labels.unshift(label);
      await this.#asked.put(label.value, true);
      this.#field.value = "";
      this.#say(this.dataset.made.replace("{name}", label.words));
    } catch {
      this.#say(this.dataset.failed);
    }
    this.#show();
    this.#field.focus();
  }

  #say(words) {
    this.querySelector(".labels-status").textContent = words;
  }
}

customElements.define("label-picker", LabelPicker);
