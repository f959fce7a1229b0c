/* Pictures that are selected, given stars, labelled, saved, thrown away and put back, by mouse and by
   keyboard. What is done with one is done with all that are selected, if any are. */

import * as calls from "../modules/calls.js";
import "./star-rating.js";
import { asking } from "../modules/labels.js";
import { nearest } from "../modules/nearest.js";

const ZIPPED = 500;

class PictureWall extends HTMLElement {
  #last = null;
  #gone = null;
  /* Selected beyond what hangs here: ids of all that was found. */
  #beyond = null;
  #keyed = (event) => this.#key(event);
  #swapped = () => this.#tell();

  connectedCallback() {
    document.addEventListener("keydown", this.#keyed);
    document.addEventListener("htmx:after:swap", this.#swapped);
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("change", () => this.#changed());
    this.addEventListener("reset", () => setTimeout(() => this.#changed()));
    this.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("card-act", ({ detail }) => this.#act(detail.what, [detail.card]));
    this.addEventListener("stars-asked", (event) => this.#asked(event));
    this.addEventListener("stars-refused", (event) => this.#say(event.detail.words));
    this.querySelector(".toast button").addEventListener("click", () => this.#undo());
    this.#tell();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#keyed);
    document.removeEventListener("htmx:after:swap", this.#swapped);
  }

  get #hung() {
    return [...this.querySelectorAll(".hung:not([hidden])")];
  }

  get #selected() {
    return this.#hung.filter((one) => box(one).checked);
  }

  /* With Shift all from the last one that was clicked to this one are as this one is. */
  #click(event) {
    const one = event.target.closest(".hung");
    if (!one || event.target !== box(one)) return;
    const all = this.#hung;
    const from = event.shiftKey ? all.indexOf(this.#last) : -1;
    if (from >= 0) this.#range(all, from, all.indexOf(one), box(one).checked);
    this.#last = one;
    this.#changed();
  }

  #range(all, from, to, checked) {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    for (const each of all.slice(first, last + 1)) box(each).checked = checked;
  }

  #key(event) {
    if (document.querySelector("dialog[open]") || event.target.closest("[popover]")) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.querySelector(".library-search input")?.focus();
    }
    if (typing || event.altKey || (event.defaultPrevented && event.key !== "/")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      for (const one of this.#hung) box(one).checked = true;
      return this.#changed();
    }
    const [one, chosen] = [event.target.closest(".hung"), this.#selected];
    if (event.ctrlKey || event.metaKey || (!one && !chosen.length)) return;
    this.#press(event, one, chosen.length ? chosen : [one]);
  }

  #press(event, one, meant) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const inTrash = !this.querySelector("[value=throw]");
    const act = { c: "collections", t: "tags", d: "zip", Delete: "throw" }[key];
    if (event.key.startsWith("Arrow") && one) this.#step(event, one);
    else if (event.key === " " && one && !event.target.closest("input, button")) {
      event.preventDefault();
      this.#toggle(one, event.shiftKey);
    } else if (/^[0-5]$/.test(event.key) && !inTrash) {
      event.preventDefault();
      this.#star(meant, Number(event.key));
    } else if (act && !inTrash) {
      event.preventDefault();
      this.#act(act, meant);
    } else if (event.key === "Escape" && this.#selected.length) {
      this.querySelector("form").reset();
    }
  }

  #toggle(one, ranging) {
    const all = this.#hung;
    const from = ranging ? all.indexOf(this.#last) : -1;
    box(one).checked = from >= 0 || !box(one).checked;
    if (from >= 0) this.#range(all, from, all.indexOf(one), true);
    this.#last = one;
    this.#changed();
  }

  /* Left and right in their order; up and down to what hangs nearest there. */
  #step(event, one) {
    const all = this.#hung;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    let next = sideways && all[all.indexOf(one) + sideways];
    if (!sideways) next = nearest(all, one, event.key === "ArrowDown");
    event.preventDefault();
    if (!next) return;
    next.querySelector("a").focus();
    if (!event.shiftKey) return;
    box(one).checked = box(next).checked = true;
    this.#last = next;
    this.#changed();
  }

  #submit(event) {
    const what = event.submitter?.value;
    event.preventDefault();
    if (what === "all") this.#all(event.submitter);
    else this.#act(what, this.#selected);
  }

  /* The bar's own stars are for what is selected; a card's are sent by themselves. */
  #asked(event) {
    if (event.target.dataset.work) return;
    event.preventDefault();
    event.target.show(event.detail.stars);
    this.#star(this.#selected, event.detail.stars);
  }

  #ids(meant) {
    return this.#beyond && meant.length > 1 ? this.#beyond : meant.map((one) => one.dataset.work);
  }

  async #star(meant, stars) {
    const shown = meant.map((one) => one.querySelector("star-rating"));
    const before = shown.map((each) => each.stars);
    for (const each of shown) each.show(stars);
    try {
      await calls.star(this.#ids(meant), stars);
    } catch {
      shown.forEach((each, n) => each.show(before[n]));
      this.#say(this.dataset.starsFailed);
    }
  }

  async #act(what, meant) {
    if (!meant.length) return;
    const ids = this.#ids(meant);
    if (what === "zip" && ids.length > ZIPPED) return this.#say(this.dataset.zipLimit);
    if (what === "zip") return calls.download(ids);
    if (what === "tags" || what === "collections") {
      const asked = asking(what, meant, ids, this.#counted(ids.length));
      return this.querySelector(`#pick-${what}`).open(asked);
    }
    // What is told of it meanwhile need not be shown twice.
    this.ariaBusy = "true";
    try {
      const touched = await (what === "throw" ? calls.toss(ids) : calls.restore(ids));
      const left = touched.size < ids.length && what === "throw" ? ` ${this.dataset.running}` : "";
      this.#remove(meant.filter((one) => touched.has(one.dataset.work)), [...touched]);
      const words = what === "throw" ? this.dataset.thrown : this.dataset.restored;
      this.#say(words.replace("{n}", touched.size) + left, what === "throw" && touched.size > 0);
    } catch {
      this.#say(this.dataset.failed);
    }
    this.ariaBusy = null;
  }

  #remove(held, ids) {
    const all = this.#hung;
    const active = document.activeElement;
    const focused = active.closest(".selected") || held.some((one) => one.contains(active));
    const after = all.slice(all.indexOf(held.at(-1)) + 1).find((one) => !held.includes(one));
    const before = all.slice(0, all.indexOf(held[0])).at(-1);
    this.#gone = { ids, cards: held.map((one) => [one, one.parentElement, one.nextElementSibling]) };
    for (const one of held) {
      box(one).checked = false;
      one.remove();
    }
    if (focused || !held.length) (after ?? before)?.querySelector("a").focus();
    this.#changed();
  }

  async #undo() {
    const { ids, cards } = this.#gone;
    // Else it might hang twice: here, and brought in as what came back elsewhere does.
    this.ariaBusy = "true";
    try {
      await calls.restore(ids);
      for (const [one, list, next] of cards.reverse()) {
        list.insertBefore(one, next?.parentElement === list ? next : null);
      }
      this.#say(this.dataset.restored.replace("{n}", ids.length));
      cards.at(-1)?.[0].querySelector("a").focus();
      this.#gone = null;
    } catch {
      this.#say(this.dataset.failed);
    }
    this.ariaBusy = null;
  }

  async #all(button) {
    button.disabled = true;
    try {
      const { works, all } = await calls.found(location.search);
      for (const one of this.#hung) box(one).checked = true;
      this.#beyond = works;
      this.#tell(all ? this.dataset.everything : this.dataset.most);
    } catch {
      this.#say(this.dataset.failed);
    }
    button.disabled = false;
  }

  #say(words, undoable = false) {
    this.querySelector(".toast-words").textContent = words;
    this.querySelector(".toast button").hidden = !undoable;
  }

  #counted(count, words = this.dataset.count) {
    return words.replace("{n}", count.toLocaleString(document.documentElement.lang));
  }

  #changed() {
    this.#beyond = null;
    this.#tell();
  }

  #tell(words) {
    const chosen = this.#selected;
    const count = this.#beyond?.length ?? chosen.length;
    if (this.#beyond && !words) return;
    this.querySelector(".selected-count").textContent = count ? this.#counted(count, words) : "";
    this.querySelector(".selected-limit").hidden = count <= ZIPPED;
    const stars = new Set(chosen.map((one) => one.querySelector("star-rating")?.stars));
    this.querySelector(".selected star-rating")?.show(stars.size === 1 ? [...stars][0] : 0);
  }
}

const box = (one) => one.querySelector(".hung-check input");

customElements.define("picture-wall", PictureWall);
