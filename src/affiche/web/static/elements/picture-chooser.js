/* A dialog with one's own pictures, those that were made and those that were brought, to put one of
   them into a picture field. */

const PAUSE = 300;
const KEYS = { ArrowLeft: 0, Home: 0, ArrowRight: 1, End: 1 };

class PictureChooser extends HTMLElement {
  #drop = null;
  #opener = null;
  #timer = 0;
  #asking = null;

  connectedCallback() {
    document.addEventListener("click", this.#opened);
    this.addEventListener("click", this.#pressed);
    this.addEventListener("keydown", this.#keyed);
    this.addEventListener("input", this.#searched);
    this.#dialog.addEventListener("close", this.#closed);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#opened);
    this.removeEventListener("click", this.#pressed);
    this.removeEventListener("keydown", this.#keyed);
    this.removeEventListener("input", this.#searched);
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  get #dialog() { return this.querySelector("dialog"); }
  get #search() { return this.querySelector("input"); }
  get #pictures() { return this.querySelector(".chooser-pictures"); }
  get #tabs() { return [...this.querySelectorAll("[role=tab]")]; }
  get #of() { return this.querySelector("[role=tab][aria-selected=true]").dataset.of; }

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

  #choose(chosen) {
    for (const tab of this.#tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
    this.#pictures.setAttribute("aria-labelledby", chosen.id);
    this.#pictures.replaceChildren();
    this.#read();
  }

  /* From the newest on, or further pictures in the place of the button that asked for them. */
  async #read(more = null) {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const query = new URLSearchParams({ of: this.#of, words: this.#search.value });
    if (more) query.set("before", more.dataset.before);
    const headers = { "HX-Request": "true", Accept: "text/html" };
    try {
      const answer = await fetch(`${this.dataset.address}?${query}`, { headers, signal });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      const text = await answer.text();
      if (!signal.aborted) this.#told(text, more);
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
    // What works were made from again and again is there already.
    const fresh = parts.filter((part) => !this.#holds(part.querySelector("[data-file]")));
    const last = more.closest(".chooser-one");
    const next = fresh[0] ?? last.previousElementSibling;
    last.replaceWith(...fresh);
    (next?.querySelector("button") ?? this.#search).focus();
  }

  #holds(button) {
    return Boolean(button && this.#pictures.querySelector(`[data-file="${button.dataset.file}"]`));
  }

  #say(words) { this.querySelector(".chooser-said").textContent = words; }

  #keyed = (event) => {
    if (!(event.key in KEYS) || !event.target.closest("[role=tab]")) return;
    event.preventDefault();
    const tab = this.#tabs[KEYS[event.key]];
    tab.focus();
    if (tab.getAttribute("aria-selected") !== "true") this.#choose(tab);
  };

  #pressed = (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.do === "close") this.#dialog.close();
    if (button?.dataset.of && button.dataset.of !== this.#of) this.#choose(button);
    if (button?.dataset.before) this.#read(button);
    if (!button?.dataset.file) return;
    const { file, width, height } = button.dataset;
    this.#dialog.close();
    this.#drop.hold(file, width, height);
  };

  #closed = () => this.#opener?.focus();
}

customElements.define("picture-chooser", PictureChooser);
