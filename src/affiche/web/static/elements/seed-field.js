/* A seed to draw or to leave open; an empty field draws a new one each time. */

const BOUND = 2 ** 53;

class SeedField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const input = this.querySelector("input");
      input.value = "draw" in button.dataset ? String(draw()) : "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

/* 1 to 2^53 - 1, each as likely as the other: 21 bits over 32. */
function draw() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return ((high % 2 ** 21) * 2 ** 32 + low) % (BOUND - 1) + 1;
}

customElements.define("seed-field", SeedField);
