/* Works that came while somebody looks at others: nothing that is seen moves for them. They hang
   above, hidden, and a button says how many; where one is at the top, points at nothing of the wall
   and has nothing chosen, they come in by themselves. Then the button stays for a moment, so that
   whoever is about to press it finds it there and is led to them all the same. */

const STILL = 200;
const LINGER = 2000;

class NewArrivals extends HTMLElement {
  #shown = new Set();
  /* The first of those that came in by themselves, while the button is still there. */
  #came = null;
  #going = undefined;
  #scrolling = undefined;
  #looked = () => this.#look();
  /* Where it comes to rest; not every browser tells that by itself. */
  #scrolled = () => {
    clearTimeout(this.#scrolling);
    this.#scrolling = setTimeout(this.#looked, STILL);
  };

  connectedCallback() {
    document.addEventListener("htmx:after:swap", this.#looked);
    document.addEventListener("pointerover", this.#looked, { passive: true });
    document.addEventListener("scroll", this.#scrolled, { passive: true });
    this.addEventListener("click", (event) => event.target.closest("button") && this.#lead());
    this.#look();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.#looked);
    document.removeEventListener("pointerover", this.#looked);
    document.removeEventListener("scroll", this.#scrolled);
    clearTimeout(this.#scrolling);
    clearTimeout(this.#going);
  }

  get #group() {
    return document.getElementById(this.dataset.of);
  }

  get #button() {
    return this.querySelector("button");
  }

  get #free() {
    const wall = this.#group.closest("form");
    if (scrollY >= 8 || document.querySelector("dialog[open]")) return false;
    // Under a finger what was touched last is hovered over, until something else is touched.
    const pointed = matchMedia("(hover: hover)").matches ? ":hover" : ":active";
    return !wall.matches(`${pointed}, :focus-within, :has(:checked)`);
  }

  #look() {
    const cards = [...(this.#group?.querySelectorAll(".hung") ?? [])];
    const waiting = cards.filter((card) => !this.#shown.has(card.dataset.work));
    if (waiting.length && this.#free) {
      if (!this.#button.hidden) this.#linger(waiting[0].dataset.work);
      for (const card of waiting) this.#shown.add(card.dataset.work);
      waiting.length = 0;
    }
    for (const card of cards) card.hidden = waiting.includes(card);
    if (this.#group) this.#group.hidden = cards.length === waiting.length;
    this.#button.hidden = waiting.length === 0 && !this.#came;
    const words = waiting.length ? this.dataset.words.replace("{n}", waiting.length) : "";
    const said = this.querySelector(".arrivals-words");
    if (said.textContent !== words && (words || !this.#came)) said.textContent = words;
  }

  /* Not while somebody is on it. */
  #linger(work) {
    this.#came = work;
    clearTimeout(this.#going);
    this.#going = setTimeout(() => {
      if (this.#button.matches(":hover, :focus, :active")) return this.#linger(work);
      this.#came = null;
      this.#look();
    }, LINGER);
  }

  #lead() {
    const first = this.#group.querySelector(`.hung[hidden], [data-work="${this.#came}"]`);
    clearTimeout(this.#going);
    this.#came = null;
    for (const card of this.#group.querySelectorAll(".hung")) this.#shown.add(card.dataset.work);
    this.#look();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollTo({ top: 0, behavior: calm ? "instant" : "smooth" });
    first?.querySelector("a").focus({ preventScroll: true });
  }
}

customElements.define("new-arrivals", NewArrivals);
