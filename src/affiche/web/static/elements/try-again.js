/* Asks for the page that could not be shown again and again, and shows it once it can be. */

const PAUSES = [2000, 4000, 8000, 15000];

class TryAgain extends HTMLElement {
  #timer;
  #tries = 0;

  connectedCallback() {
    this.#wait();
    window.addEventListener("online", this.#ask);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    window.removeEventListener("online", this.#ask);
  }

  #wait() {
    clearTimeout(this.#timer);
    const pause = PAUSES[Math.min(this.#tries++, PAUSES.length - 1)];
    this.#timer = setTimeout(this.#ask, pause);
  }

  #ask = async () => {
    try {
      const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
      if (answer.status < 500) {
        location.reload();
        return;
      }
    } catch {
      // Nobody is there yet.
    }
    if (this.isConnected) this.#wait();
  };
}

customElements.define("try-again", TryAgain);
