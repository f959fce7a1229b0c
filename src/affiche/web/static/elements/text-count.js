/* Counts what is typed as the server does: code points after composition, a line end as one. */

class TextCount extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.#count());
  }

  #count() {
    const shown = this.querySelector(".count");
    const limit = Number(this.dataset.limit);
    const count = [...this.querySelector("textarea").value.normalize("NFC")].length;
    const over = count - limit;
    const words = over > 0 ? this.dataset.over : this.dataset.count;
    const parts = { "{count}": count, "{limit}": limit, "{over}": over };
    shown.textContent = words.replace(/\{\w+\}/g, (part) => parts[part]);
    shown.toggleAttribute("data-over", over > 0);
  }
}

customElements.define("text-count", TextCount);
