/* References that are selected, by mouse and by keyboard, and the dialog that says what would be done
   with them before it is done. */

import { nearest } from "../modules/nearest.js";

const KEYS = { c: "captions", m: "category", Delete: "delete" };

class ReferenceSelection extends HTMLElement {
  #last = null;
  #keyed = (event) => this.#key(event);
  #swapped = () => this.#read();

  connectedCallback() {
    document.addEventListener("keydown", this.#keyed);
    document.addEventListener("htmx:after:swap", this.#swapped);
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("change", (event) => event.target.name === "reference" && this.#changed());
    this.addEventListener("reset", () => setTimeout(() => this.#changed()));
    this.#dialog.addEventListener("close", () => this.#place.replaceChildren());
    this.#tell();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#keyed);
    document.removeEventListener("htmx:after:swap", this.#swapped);
  }

  get #dialog() { return this.querySelector("dialog"); }
  get #place() { return this.querySelector("#selection-place"); }
  get #form() { return this.querySelector("#selecting"); }
  get #tiles() { return [...this.querySelectorAll(".ref")]; }
  get #chosen() { return this.#tiles.filter((one) => box(one).checked); }

  #click(event) {
    // Beside the dialog: it is hit itself by its backdrop alone.
    if (event.target === this.#dialog || event.target.closest(".selection-close")) this.#dialog.close();
    const one = event.target.closest(".ref");
    if (one && event.target === box(one)) this.#until(one, event.shiftKey, box(one).checked);
  }

  /* With Shift all from the last one that was chosen to this one are as this one is. */
  #until(one, ranging, checked) {
    const all = this.#tiles;
    const from = ranging ? all.indexOf(this.#last) : -1;
    const [low, high] = [from < 0 ? all.indexOf(one) : from, all.indexOf(one)].sort((a, b) => a - b);
    for (const each of all.slice(low, high + 1)) box(each).checked = checked;
    this.#last = one;
    this.#changed();
  }

  #key(event) {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (typing) return;
    const [one, chosen] = [event.target.closest(".ref"), this.#chosen];
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if ((event.ctrlKey || event.metaKey) && key === "a") this.#all();
    else if (event.ctrlKey || event.metaKey) return;
    else if (key === "/") document.querySelector("#search")?.focus();
    else if (one && key.startsWith("Arrow")) this.#step(event, one);
    else if (one && key === " " && !event.target.closest("input")) {
      this.#until(one, event.shiftKey, event.shiftKey || !box(one).checked);
    } else if (KEYS[key] && (one || chosen.length)) this.#ask(KEYS[key], one);
    else if (key === "Escape" && chosen.length) this.#form.reset();
    else return;
    event.preventDefault();
  }

  #all() {
    for (const one of this.#tiles) box(one).checked = true;
    this.#changed();
  }

  /* Left and right in their order; up and down to what is nearest there. */
  #step(event, one) {
    const all = this.#tiles;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = sideways ? all[all.indexOf(one) + sideways] : nearest(all, one, event.key === "ArrowDown");
    if (!next) return;
    next.querySelector("a").focus();
    if (!event.shiftKey) return;
    box(one).checked = box(next).checked = true;
    this.#last = next;
    this.#changed();
  }

  /* Of all that are selected, or of the one that is led to where none is. */
  #ask(act, one) {
    const button = this.#form.querySelector(`[value=${act}]`);
    if (!button) return;
    if (!this.#chosen.length) this.#until(one, false, true);
    this.#form.requestSubmit(button);
  }

  #read() {
    const { done, gone } = this.querySelector("#selection")?.dataset ?? {};
    if (done) this.#finish(done, gone.split(" ").filter(Boolean));
    else if (this.querySelector("#selection") && !this.#dialog.open) {
      this.#dialog.showModal();
      this.querySelector("#selection-heading").focus();
    }
    this.#tell();
  }

  #finish(words, gone) {
    const chosen = this.#chosen;
    const lost = this.#tiles.filter((one) => gone.includes(one.id.replace("ref-", "")));
    const rest = this.#tiles.filter((one) => !lost.includes(one));
    const after = rest.find((one) => lost[0]?.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    this.#dialog.close();
    for (const one of chosen) box(one).checked = false;
    for (const one of lost) one.remove();
    const next = lost.length ? after ?? rest.at(-1) : chosen[0];
    (next?.querySelector("a") ?? document.querySelector("#search")).focus();
    this.querySelector(".toast-words").textContent = words;
    document.body.dispatchEvent(new CustomEvent("references.counted"));
  }

  #changed() {
    this.querySelector(".toast-words").textContent = "";
    this.#tell();
  }

  #tell() {
    const count = this.#chosen.length;
    const words = this.dataset.count.replace("{n}", count.toLocaleString(document.documentElement.lang));
    const line = this.querySelector(".selected-count");
    if (line.textContent !== (count ? words : "")) line.textContent = count ? words : "";
  }
}

const box = (one) => one.querySelector(".hung-check input");

customElements.define("reference-selection", ReferenceSelection);
