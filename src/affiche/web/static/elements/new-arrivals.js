/* Works that came while somebody looks at others: nothing that is seen moves for them. They hang
   above, hidden, and a button says how many; where one is at the top, points at nothing of the wall
   and has nothing chosen, they come in by themselves. */

class NewArrivals extends HTMLElement {
  #shown = new Set();
  #swapped = () => this.#look();
  #left = () => this.#look();

  connectedCallback() {
    document.addEventListener("htmx:after:swap", this.#swapped);
    document.addEventListener("pointerover", this.#left, { passive: true });
    this.addEventListener("click", (event) => event.target.closest("button") && this.#lead());
    this.#look();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.#swapped);
    document.removeEventListener("pointerover", this.#left);
  }

  get #group() {
    return document.getElementById(this.dataset.of);
  }

  get #free() {
    const wall = this.#group.closest("form");
    return scrollY < 8 && !wall.matches(":hover, :focus-within, :has(:checked)") && !document.querySelector("dialog[open]");
  }

  #look() {
    const cards = [...(this.#group?.querySelectorAll(".hung") ?? [])];
    const waiting = cards.filter((card) => !this.#shown.has(card.dataset.work));
    if (waiting.length && this.#free) {
      for (const card of waiting) this.#shown.add(card.dataset.work);
      waiting.length = 0;
    }
    for (const card of cards) card.hidden = waiting.includes(card);
    if (this.#group) this.#group.hidden = cards.length === waiting.length;
    const button = this.querySelector("button");
    button.hidden = waiting.length === 0;
    const words = waiting.length ? this.dataset.words.replace("{n}", waiting.length) : "";
    const said = this.querySelector(".arrivals-words");
    if (said.textContent !== words) said.textContent = words;
  }

  #lead() {
    const first = this.#group.querySelector(".hung[hidden]");
    for (const card of this.#group.querySelectorAll(".hung")) this.#shown.add(card.dataset.work);
    this.#look();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollTo({ top: 0, behavior: calm ? "instant" : "smooth" });
    first?.querySelector("a").focus({ preventScroll: true });
  }
}

customElements.define("new-arrivals", NewArrivals);
