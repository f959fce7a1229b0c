/* Counts on from the seconds that the server gave, so that the two clocks need not agree. */

class ElapsedTime extends HTMLElement {
  static observedAttributes = ["seconds"];
  #timer = null;
  #from = 0;

  connectedCallback() {
    this.#timer = setInterval(() => this.#tell(), 250);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  attributeChangedCallback(_name, _before, seconds) {
    this.#from = performance.now() - 1000 * Number(seconds);
  }

  #tell() {
    const seconds = Math.floor((performance.now() - this.#from) / 1000);
    const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
    const words = minutes
      ? this.dataset.minutes.replace("{n}", minutes).replace("{s}", rest)
      : this.dataset.seconds.replace("{n}", seconds);
    if (this.textContent !== words) this.textContent = words;
  }
}

customElements.define("elapsed-time", ElapsedTime);
