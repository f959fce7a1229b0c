/* Alt with ↑ goes back through what was asked for before, Alt with ↓ forward again to what was
   being written. */

class PromptHistory extends HTMLElement {
  #past = null;
  #place = -1;
  #own = "";

  connectedCallback() {
    this.addEventListener("keydown", this.#pressed);
  }

  get #text() { return this.querySelector("textarea, input"); }

  #pressed = async (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const back = event.key === "ArrowUp";
    this.#past ??= await this.#read();
    const place = Math.min(Math.max(this.#place + (back ? 1 : -1), -1), this.#past.length - 1);
    if (place === this.#place) return;
    if (this.#place === -1) this.#own = this.#text.value;
    this.#place = place;
    this.#text.value = place === -1 ? this.#own : this.#past[place];
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /* Without an answer there is no past; the next key asks again. */
  async #read() {
    const answer = await fetch(this.dataset.address).catch(() => null);
    if (!answer?.ok) return [];
    return (await answer.json()).prompts;
  }
}

customElements.define("prompt-history", PromptHistory);
