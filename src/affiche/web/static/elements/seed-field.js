/* A seed to draw, to keep or to leave open. An empty field draws a new one each time; one that is not
   locked gives way to another once it was sent. */

const BOUND = 2 ** 53;

class SeedField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#pressed);
    this.addEventListener("input", this.#heard);
    document.addEventListener("asked", this.#asked);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#pressed);
    this.removeEventListener("input", this.#heard);
    document.removeEventListener("asked", this.#asked);
  }

  get #seed() { return this.querySelector(".control"); }
  get #lock() { return this.querySelector("input[type=hidden]"); }
  get #isLocked() { return this.#lock.value === "on"; }

  #pressed = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("draw" in button.dataset) this.#set(String(draw()), this.#isLocked);
    else if ("clear" in button.dataset) this.#set("", false);
    else this.#set(this.#seed.value || String(draw()), !this.#isLocked);
  };

  /* Whoever writes a seed means it; a draft says itself whether it was locked. */
  #heard = (event) => {
    if (event.target === this.#seed) this.#keep(this.#seed.value !== "");
    else this.#show();
  };

  #set(value, locked) {
    this.#seed.value = value;
    this.#seed.dispatchEvent(new Event("input", { bubbles: true }));
    this.#keep(locked);
  }

  #keep(locked) {
    this.#lock.value = locked ? "on" : "";
    this.#show();
  }

  #show() {
    this.querySelector("[data-lock]").setAttribute("aria-pressed", String(this.#isLocked));
  }

  /* A locked seed is what one is at work with, and so is kept in the draft. */
  #asked = () => {
    if (this.#isLocked) this.#seed.dispatchEvent(new Event("input", { bubbles: true }));
    else if (this.#seed.value) this.#seed.value = String(draw());
  };
}

/* 1 to 2^53 - 1, each as likely as the other: 21 bits over 32. */
function draw() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return ((high % 2 ** 21) * 2 ** 32 + low) % (BOUND - 1) + 1;
}

customElements.define("seed-field", SeedField);
