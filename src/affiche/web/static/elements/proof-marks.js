/* Keep and reject for the work that is open over the contact sheet, as its own buttons do there: by
   K and X, once more takes it back. It shows what the sheet beneath says, and goes by what was done
   here where the sheet does not show the work any more. */

const CHOICES = { keep: "kept", reject: "rejected", clear: "" };

class ProofMarks extends HTMLElement {
  #box = null;
  #work = null;
  #sheet = "";
  #known = new Map();
  #sending = Promise.resolve();
  #keyed = (event) => this.#key(event);
  #swapped = () => this.#look();
  #shown = ({ detail }) => {
    this.#work = detail.work;
    this.#say("");
    this.#look();
  };

  connectedCallback() {
    this.#box = this.closest("light-box");
    this.#box.addEventListener("work-shown", this.#shown);
    this.addEventListener("click", (event) => {
      const pressed = event.target.closest("button");
      if (pressed) this.#mark(pressed);
    });
    document.addEventListener("keydown", this.#keyed);
    document.addEventListener("htmx:after:swap", this.#swapped);
  }

  disconnectedCallback() {
    this.#box.removeEventListener("work-shown", this.#shown);
    document.removeEventListener("keydown", this.#keyed);
    document.removeEventListener("htmx:after:swap", this.#swapped);
  }

  #look() {
    if (!this.#work) return;
    const proof = document.querySelector(`.proof-link[href="/works/${this.#work}"]`)?.closest(".proof");
    if (proof?.dataset.status === "completed") this.#known.set(this.#work, proof.dataset.choice);
    this.#sheet = document.getElementById("sheet")?.getAttribute("hx-post") ?? this.#sheet;
    this.hidden = !this.#known.has(this.#work);
    for (const button of this.querySelectorAll("button")) {
      const is = CHOICES[button.dataset.mark] === this.#known.get(this.#work);
      button.ariaPressed = String(is);
    }
  }

  /* Shown at once; those that are pressed quickly are sent one after another. */
  #mark(button) {
    const work = this.#work;
    const mark = button.ariaPressed === "true" ? "clear" : button.dataset.mark;
    for (const each of this.querySelectorAll("button")) {
      each.ariaPressed = String(each === button && mark !== "clear");
    }
    this.#say(this.dataset[CHOICES[mark] || "cleared"]);
    const sent = { values: { [mark]: work }, target: "#batch", select: "#batch", swap: "outerMorph" };
    const before = this.#known.get(work);
    this.#known.set(work, CHOICES[mark]);
    this.#sending = this.#sending.then(() => this.#send(work, sent, before));
  }

  async #send(work, sent, before) {
    let kept = false;
    const heard = ({ detail }) => { kept = detail.ctx.response.status < 400; };
    this.addEventListener("htmx:after:swap", heard);
    await htmx.ajax("POST", this.#sheet, { source: this, ...sent });
    this.removeEventListener("htmx:after:swap", heard);
    if (!kept) this.#known.set(work, before);
    if (!kept && work === this.#work) this.#say(this.dataset.failed, true);
    this.#look();
  }

  #say(words, wrong = false) {
    const said = this.querySelector("[role=status]");
    said.textContent = words;
    said.classList.toggle("visually-hidden", !wrong);
  }

  #key(event) {
    if (!this.closest("dialog").open || this.hidden || event.defaultPrevented || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const button = this.querySelector(`[data-code="${event.code}"]`);
    if (!button) return;
    event.preventDefault();
    this.#mark(button);
  }
}

customElements.define("proof-marks", ProofMarks);
