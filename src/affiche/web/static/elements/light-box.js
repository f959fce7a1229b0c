/* A work's own page in a dialog over the list that it was opened from, under the work's own address:
   a reload shows its page, Back closes the dialog. What the page looks like is its template's. Tells
   `work-shown` {work} to what stands in its bar. */

import { Neighbours, workOf } from "../lightbox/neighbours.js";
import { Swipe } from "../lightbox/swipe.js";

const PATIENCE = 150;
// What its page is made of; here before the first work is opened.
const PARTS = ["zoom-pane", "compare-slider", "view-switch", "source-peek", "star-rating", "copy-work", "trash-work"];

class LightBox extends HTMLElement {
  #near = null;
  #swipe = null;
  #work = null;
  #last = 0;
  #title = "";
  #from = location.href;
  /* Of the page beneath, once it is another one than the address below says. */
  #turned = null;
  #asked = null;
  #gone = new Set();
  #clicked = (event) => this.#click(event);
  #keyed = (event) => this.#key(event);
  #went = (event) => this.#go(event.state?.lightbox ?? null);
  #swapping = (event) => this.#beneath(event);

  connectedCallback() {
    this.#near = new Neighbours(this.dataset, (...turned) => this.#turn(...turned));
    this.#swipe = new Swipe(this.#body, {
      busy: () => Boolean(this.querySelector("[data-zoomed], [data-pinched], [data-held]")),
      on: (step) => this.#step(step),
    });
    setTimeout(() => PARTS.forEach((name) => import(`./${name}.js`).catch(console.error)), 1000);
    document.addEventListener("click", this.#clicked);
    document.addEventListener("keydown", this.#keyed);
    document.addEventListener("htmx:before:swap", this.#swapping);
    window.addEventListener("popstate", this.#went);
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#leave();
    });
    this.addEventListener("work-thrown", ({ detail }) => {
      this.#gone[detail.gone ? "add" : "delete"](detail.work);
    });
  }

  disconnectedCallback() {
    this.#swipe.leave();
    this.#asked?.abort();
    document.removeEventListener("click", this.#clicked);
    document.removeEventListener("keydown", this.#keyed);
    document.removeEventListener("htmx:before:swap", this.#swapping);
    window.removeEventListener("popstate", this.#went);
  }

  get #dialog() { return this.querySelector("dialog"); }
  get #body() { return this.querySelector(".lightbox-body"); }

  #click(event) {
    const plain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!plain || event.defaultPrevented) return;
    const pressed = event.target.closest("[data-do], a[href]");
    if (this.contains(event.target)) this.#within(event, pressed);
    else if (pressed?.matches(this.dataset.links) && workOf(pressed)) {
      event.preventDefault();
      this.#open(workOf(pressed));
    }
  }

  /* What leads to another work, or another picture of this one, stays here. */
  #within(event, pressed) {
    if (!pressed) return;
    const does = {
      close: () => this.#leave(),
      previous: () => this.#step(-1),
      next: () => this.#step(1),
      again: () => this.#show(this.#work),
    }[pressed.dataset.do];
    if (does) return does();
    if (!pressed.href || pressed.target || pressed.hasAttribute("download")) return;
    const address = new URL(pressed.href);
    if (!workOf(pressed) || address.origin !== location.origin) return;
    event.preventDefault();
    if (workOf(pressed) === this.#work) this.#show(this.#work, address.search);
    else this.#open(workOf(pressed));
  }

  #open(work) {
    if (!this.#dialog.open) this.#from = location.href;
    const depth = (history.state?.depth ?? 0) + 1;
    history.pushState({ lightbox: work, depth }, "", `/works/${work}`);
    this.#go(work);
  }

  #leave() {
    history.go(-(history.state?.depth ?? 1));
  }

  /* As the history says: one more work, an earlier one, or none. */
  #go(work) {
    if (!work) return this.#close();
    if (!this.#dialog.open) {
      this.#title = document.title;
      this.#dialog.showModal();
      // For what goes on beneath, and would look for it in the address.
      document.documentElement.dataset.covered = this.#from;
    }
    this.#show(work);
  }

  #close() {
    if (!this.#dialog.open) return;
    this.#asked?.abort();
    this.#dialog.close();
    delete document.documentElement.dataset.covered;
    if (this.#turned) history.replaceState(history.state, "", this.#from);
    this.#turned = null;
    document.title = this.#title;
    if (!this.hasAttribute("data-keeps")) this.#takeGone();
    const all = this.#near.all;
    const link = this.#near.find(this.#work).link ?? (all[this.#last] ?? all.at(-1))?.[1];
    (link ?? document.getElementById("main")).focus();
    link?.scrollIntoView({ block: "nearest" });
    this.#body.replaceChildren();
    this.#work = null;
  }

  #takeGone() {
    for (const work of this.#gone) this.#near.find(work).link?.closest("li, [data-work]")?.remove();
    this.#gone.clear();
  }

  /* What goes on beneath keeps its title for later, and no page comes back that was turned over. */
  #beneath(event) {
    const { ctx, tasks } = event.detail;
    if (!this.#dialog.open || this.#body.contains(ctx.target)) return;
    const { place, address } = this.#turned ?? {};
    const come = place && tasks[0]?.fragment.querySelector(place)?.getAttribute("hx-get");
    if (come && come !== address && !this.#near.turning) return event.preventDefault();
    this.#title = ctx.title || this.#title;
    ctx.title = null;
  }

  #turn(address, place) {
    this.#from = document.documentElement.dataset.covered = address;
    this.#turned = { place, address: document.querySelector(place).getAttribute("hx-get") };
  }

  async #step(step) {
    if (!this.#dialog.open || this.hasAttribute("data-busy")) return;
    this.toggleAttribute("data-busy", true);
    const found = await this.#near.after(this.#work, step, this.#last);
    this.toggleAttribute("data-busy", false);
    if (!found || !this.#dialog.open) return;
    history.replaceState({ ...history.state, lightbox: found[0] }, "", `/works/${found[0]}`);
    this.#show(found[0]);
  }

  async #show(work, query = "") {
    this.#asked?.abort();
    this.#asked = new AbortController();
    this.#work = work;
    this.#place();
    this.dispatchEvent(new CustomEvent("work-shown", { detail: { work } }));
    const { signal } = this.#asked;
    const slow = setTimeout(() => this.#ahead(work), PATIENCE);
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(`/works/${work}${query}`, { headers, signal });
      this.#fill(await answer.text(), work);
    } catch {
      if (!signal.aborted) this.#body.replaceChildren(this.querySelector("template").content.cloneNode(true));
    } finally {
      clearTimeout(slow);
    }
    if (signal.aborted) return;
    await this.#near.preload(work);
    if (this.#work) this.#place();
  }

  /* The part of the page as the server gave it, a refusal too. */
  #fill(html, work) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.title = page.querySelector("title")?.textContent ?? this.#title;
    const parts = [...page.body.children].filter((part) => part.localName !== "title");
    for (const heading of page.querySelectorAll("[autofocus]")) heading.removeAttribute("autofocus");
    const small = this.#near.find(work).link?.querySelector("img")?.currentSrc;
    const large = page.querySelector(".compare-result img, .print > img:not([id])");
    // Seen at once, and drawn over when the picture itself is there.
    if (small && large) large.style.backgroundImage = `url("${small}")`;
    const focused = this.#body.contains(document.activeElement);
    this.#body.replaceChildren(...parts);
    for (const part of parts) window.htmx?.process(part);
    this.#body.scrollTop = 0;
    if (focused) this.#body.focus();
  }

  /* Something of it while it is on its way. */
  #ahead(work) {
    const img = this.#near.find(work).link?.querySelector("img");
    const waiting = document.createElement("div");
    waiting.className = "lightbox-ahead";
    if (img) waiting.append(Object.assign(img.cloneNode(), { className: "", loading: "eager" }));
    this.#body.replaceChildren(waiting);
  }

  #place() {
    const { at, count } = this.#near.find(this.#work);
    if (at >= 0) this.#last = at;
    const words = this.dataset.place.replace("{n}", at + 1).replace("{count}", count);
    this.querySelector(".lightbox-place").textContent = at >= 0 ? words : "";
    this.#dim("previous", at === 0 && !this.#near.beyond(-1));
    this.#dim("next", at === count - 1 && !this.#near.beyond(1));
  }

  #dim(name, whether) {
    this.querySelector(`[data-do=${name}]`).setAttribute("aria-disabled", String(whether));
  }

  #key(event) {
    if (!this.#dialog.open || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const busy = "input, textarea, select, [role=slider], [contenteditable]";
    if (event.target.closest(busy) || this.querySelector("[data-zoomed]")) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 }[event.key];
    const stars = /^[1-5]$/.test(event.key) && this.querySelector("star-rating");
    if (step) this.#step(step);
    else if (stars) stars.give(Number(event.key));
    else return;
    event.preventDefault();
  }
}

customElements.define("light-box", LightBox);
