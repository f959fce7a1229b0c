/* Asks the server what the form comes to while it is written: the quote, what is wrong with a field
   that was touched, what becomes of a picture. Nothing that is being written is replaced. */

const PAUSE = 400;
const SIGNALS = ["work.completed", "work.failed", "work.cancelled"];

class LiveQuote extends HTMLElement {
  #timer = 0;
  #asking = null;
  #touched = new Set();

  connectedCallback() {
    this.life = new AbortController();
    const { signal } = this.life;
    // What belongs to the form may stand outside of it.
    for (const name of ["input", "change"]) {
      document.addEventListener(name, (event) => this.#heard(event), { signal });
    }
    this.#form.addEventListener("submit", () => this.#cease(), { signal });
    document.addEventListener("asked", () => this.#due(), { signal });
    for (const name of SIGNALS) document.body.addEventListener(name, () => this.#due(), { signal });
  }

  disconnectedCallback() {
    this.life.abort();
    this.#cease();
  }

  get #form() { return document.getElementById(this.dataset.form); }

  #heard(event) {
    if (event.target.form !== this.#form) return;
    if (event.target.name && event.target.type !== "file") this.#touched.add(event.target.name);
    this.#due();
  }

  #due() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  /* What is on its way would be of a form that is no more. */
  #cease() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  async #ask() {
    this.#cease();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const written = [...new FormData(this.#form)];
    const body = new URLSearchParams(written.filter(([, value]) => typeof value === "string"));
    const headers = { "HX-Request": "true", Accept: "text/html" };
    try {
      const answer = await fetch(this.dataset.address, { method: "POST", body, headers, signal });
      if (answer.ok) this.#told(await answer.text());
    } catch {
      // Without an answer all stays as it was; the next change asks again.
    }
  }

  #told(text) {
    const found = new DOMParser().parseFromString(text, "text/html");
    const quote = found.querySelector("[data-quote]");
    if (!quote) return;
    if (quote.textContent.trim() !== this.textContent.trim()) this.replaceChildren(...quote.childNodes);
    for (const one of found.querySelectorAll("[data-hints]")) {
      const shown = document.getElementById(`${one.dataset.hints}-hints`);
      if (shown && shown.textContent.trim() !== one.textContent.trim()) {
        shown.replaceChildren(...one.children);
      }
    }
    for (const one of found.querySelectorAll("[data-field]")) {
      if (this.#touched.has(one.dataset.field)) say(one.dataset.field, one.textContent);
    }
  }
}

/* What is empty is not called wrong before the form is sent. */
function say(name, words) {
  const shown = document.getElementById(`${name}-problem`);
  const field = shown?.closest(".field:not(.field-mask)");
  const control = document.getElementById(name);
  const held = field?.querySelector(".drop-held") ?? control;
  if (!field || !control) return;
  const wrong = words && held.value ? words : "";
  if (wrong === (shown.hidden ? "" : shown.textContent.trim())) return;
  if (!wrong && held !== control && !held.value) return;
  field.classList.toggle("field-wrong", Boolean(wrong));
  shown.hidden = !wrong;
  shown.querySelector("span").textContent = wrong;
  if (!wrong) {
    control.removeAttribute("aria-invalid");
    return;
  }
  control.setAttribute("aria-invalid", "true");
  const described = new Set((control.getAttribute("aria-describedby") ?? "").split(" "));
  described.delete("");
  control.setAttribute("aria-describedby", [...described.add(shown.id)].join(" "));
}

customElements.define("live-quote", LiveQuote);
