/* Values for some of the fields, set together. Without scripts each is a link to the filled form. */

class PresetChips extends HTMLElement {
  #changed = () => this.#mark();

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const chip = event.target.closest("a");
      if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#apply(JSON.parse(chip.dataset.values));
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.target.localName !== "a") return;
      event.preventDefault();
      event.target.click();
    });
    this.closest("form").addEventListener("input", this.#changed);
    document.addEventListener("htmx:after:swap", this.#changed);
    this.#mark();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.#changed);
  }

  #apply(values) {
    for (const [name, value] of Object.entries(values)) {
      const control = this.closest("form").elements.namedItem(name);
      if (!control) continue;
      if (control.type === "checkbox") control.checked = value === "on";
      else control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /* A chip is pressed while the fields hold what it would set. */
  #mark() {
    const controls = this.closest("form").elements;
    for (const chip of this.querySelectorAll("a")) {
      const values = Object.entries(JSON.parse(chip.dataset.values));
      const held = values.every(([name, value]) => same(controls.namedItem(name)?.value, value));
      chip.setAttribute("role", "button");
      chip.setAttribute("aria-pressed", String(held));
    }
  }
}

const same = (one, other) => one === other || (one !== "" && Number(one) === Number(other));

customElements.define("preset-chips", PresetChips);
