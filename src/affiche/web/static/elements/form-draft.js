/* Keeps what is written into the form in this browser until it was sent: neither a reload nor a
   session that ended loses it. Pictures are kept by their ids; the studio holds them already. */

const PAUSE = 300;

class FormDraft extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    for (const name of ["input", "change"]) this.addEventListener(name, this.#changed);
    this.addEventListener("htmx:after:request", this.#answered);
    this.addEventListener("click", this.#pressed);
    addEventListener("pagehide", this.#keep);
    if (this.hasAttribute("data-fresh")) this.#restore();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    removeEventListener("pagehide", this.#keep);
  }

  get #key() { return `draft:${this.dataset.key}`; }

  get #controls() {
    const named = [...this.querySelector("#ask").elements].filter((control) => control.name);
    return named.filter((control) => !["file", "submit", "button"].includes(control.type));
  }

  #changed = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#keep, PAUSE);
    this.#touched = true;
  };

  #touched = false;

  #keep = () => {
    if (!this.#touched) return;
    const values = this.#controls.map((control) => [control.name, valueOf(control)]);
    stored((storage) => storage.setItem(this.#key, JSON.stringify(values)));
  };

  /* What was asked for is in the gallery; the next form begins anew. */
  #answered = (event) => {
    const asked = event.target.closest?.("#ask");
    if (asked && event.detail.ctx?.response?.status === 204) this.#forget();
  };

  #pressed = (event) => {
    if (!event.target.closest("[data-start-over]")) return;
    this.#forget();
    location.assign(location.pathname);
  };

  #forget() {
    this.#touched = false;
    clearTimeout(this.#timer);
    stored((storage) => storage.removeItem(this.#key));
  }

  async #restore() {
    // What hears of a restored value must be there to hear it.
    const coming = [...this.querySelectorAll(":not(:defined)")];
    await Promise.all(coming.map((element) => customElements.whenDefined(element.localName)));
    const kept = new Map(read(stored((storage) => storage.getItem(this.#key))));
    let differs = false;
    const brought = (this.dataset.brought ?? "").split(" ");
    for (const control of this.#controls) {
      if (brought.includes(control.name)) continue;
      const value = kept.get(control.name);
      if (value === undefined || value === valueOf(control) || !takes(control, value)) continue;
      if (control.type === "checkbox") control.checked = value;
      else control.value = value;
      for (const name of ["input", "change"]) {
        control.dispatchEvent(new Event(name, { bubbles: true }));
      }
      differs = true;
    }
    this.#touched = differs;
    this.querySelector(".draft").toggleAttribute("data-restored", differs);
    if (differs) this.querySelector(".draft-told").textContent = this.dataset.told;
  }
}

function valueOf(control) {
  return control.type === "checkbox" ? control.checked : control.value;
}

/* A choice that is not offered any more is none. */
function takes(control, value) {
  if (control.type === "checkbox") return typeof value === "boolean";
  if (typeof value !== "string") return false;
  return !control.options || [...control.options].some((option) => option.value === value);
}

function read(text) {
  try {
    const found = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter(Array.isArray) : [];
  } catch {
    return [];
  }
}

/* Where a browser keeps nothing for anybody, the form works as it does without this. */
function stored(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

customElements.define("form-draft", FormDraft);
