/* Which references are picked. They are kept by id while pages and searches come and go, and told by
   a "picked" event; with Shift, all between the last one and this. */

const SECONDS = 20;

class ReferencePicker extends HTMLElement {
  #picked = new Set();
  #last = null;
  #range = false;

  connectedCallback() {
    this.#picked = new Set(this.#held.value.split(" ").filter(Boolean));
    this.addEventListener("pointerdown", this.#noted);
    this.addEventListener("keydown", this.#noted);
    this.addEventListener("change", this.#changed);
    this.addEventListener("click", this.#clicked);
    document.addEventListener("htmx:after:swap", this.#show);
    this.#show();
  }

  disconnectedCallback() {
    this.removeEventListener("pointerdown", this.#noted);
    this.removeEventListener("keydown", this.#noted);
    this.removeEventListener("change", this.#changed);
    this.removeEventListener("click", this.#clicked);
    document.removeEventListener("htmx:after:swap", this.#show);
  }

  get #held() { return this.querySelector("[name=batch-picked]"); }
  get #boxes() { return [...this.querySelectorAll("[name=batch-pick]")]; }

  #noted = (event) => { this.#range = event.shiftKey; };

  #changed = (event) => {
    const box = event.target;
    if (box.name !== "batch-pick") return;
    for (const one of this.#between(box)) this.#put(one.value, box.checked);
    this.#last = box.value;
    this.#tell();
  };

  /* From the one that was changed before to this one, where that is still on the page. */
  #between(box) {
    const boxes = this.#boxes;
    const from = this.#range ? boxes.findIndex((one) => one.value === this.#last) : -1;
    if (from < 0) return [box];
    const to = boxes.indexOf(box);
    return from < to ? boxes.slice(from, to + 1) : boxes.slice(to, from + 1).reverse();
  }

  #put(id, whether) {
    if (whether) this.#picked.add(id);
    else this.#picked.delete(id);
  }

  #clicked = (event) => {
    const button = event.target.closest("[data-all], [data-none]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.all) {
      this.#everything(button.dataset.all);
    } else {
      this.#picked.clear();
      this.#tell();
    }
  };

  async #everything(address) {
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(SECONDS * 1000) });
      if (!answer.ok) throw new Error(answer.statusText);
      for (const id of await answer.json()) this.#picked.add(id);
      this.#tell();
    } catch {
      this.#say(this.dataset.failed);
    }
  }

  #tell() {
    this.#show();
    this.dispatchEvent(new CustomEvent("picked", { bubbles: true }));
  }

  #show = () => {
    for (const box of this.#boxes) {
      const whether = this.#picked.has(box.value);
      if (box.checked !== whether) box.checked = whether;
    }
    this.#held.value = [...this.#picked].join(" ");
    this.#say(this.dataset.picked.replace("{n}", this.#picked.size));
  };

  #say(words) {
    const count = this.querySelector(".picker-count");
    if (count.textContent !== words) count.textContent = words;
  }
}

customElements.define("reference-picker", ReferencePicker);
