/* A dialog with the pictures that one has made, to put one of them into a picture field. */

const PAUSE = 300;

class PictureChooser extends HTMLElement {
  #drop = null;
  #opener = null;
  #timer = 0;
  #asking = null;

  connectedCallback() {
    document.addEventListener("click", this.#opened);
    this.addEventListener("click", this.#pressed);
    this.addEventListener("input", this.#searched);
    this.#dialog.addEventListener("close", this.#closed);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#opened);
    this.removeEventListener("click", this.#pressed);
    this.removeEventListener("input", this.#searched);
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  get #dialog() { return this.querySelector("dialog"); }
  get #search() { return this.querySelector("input"); }
  get #pictures() { return this.querySelector(".chooser-pictures"); }

  #opened = (event) => {
    const button = event.target.closest("[data-choose]");
    if (!button) return;
    this.#opener = button;
    this.#drop = button.closest("picture-drop");
    this.#search.value = "";
    this.#dialog.showModal();
    this.#search.focus();
    this.#read();
  };

  #searched = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), PAUSE);
  };

  /* From the newest on, or further pictures in the place of the button that asked for them. */
  async #read(more = null) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const query = new URLSearchParams({ words: this.#search.value });
    if (more) query.set("before", more.dataset.before);
    const headers = { "HX-Request": "true", Accept: "text/html" };
    try {
      const answer = await fetch(`${this.dataset.address}?${query}`, { headers, signal });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      this.#told(await answer.text(), more);
    } catch (error) {
      if (error.name !== "AbortError") this.#say(this.dataset.failed);
    }
  }

  #told(text, more) {
    const found = new DOMParser().parseFromString(text, "text/html").body;
    const parts = [...found.querySelectorAll(".chooser-one, .chooser-empty")];
    this.#say("");
    if (!more) {
      this.#pictures.replaceChildren(...parts);
      return;
    }
    more.closest(".chooser-one").replaceWith(...parts);
    parts[0]?.querySelector("button")?.focus();
  }

  #say(words) { this.querySelector(".chooser-said").textContent = words; }

  #pressed = (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.do === "close") this.#dialog.close();
    if (button?.dataset.before) this.#read(button);
    if (!button?.dataset.file) return;
    const { file, width, height } = button.dataset;
    this.#dialog.close();
    this.#drop.hold(file, width, height);
  };

  #closed = () => this.#opener?.focus();
}

customElements.define("picture-chooser", PictureChooser);
