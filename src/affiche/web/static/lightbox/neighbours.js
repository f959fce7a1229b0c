/* The works of the list on the page, in its order, each once; and what lies beyond its ends: more of
   it (`more`), which the list takes in, or other pages (`pages`, by their `rel`), which are shown in
   the place of this one. */

const WORK = /^\/works\/([0-9a-f-]{36})$/;
const LONGEST = 15_000;

export const workOf = (link) => WORK.exec(new URL(link.href).pathname)?.[1] ?? null;

export class Neighbours {
  turning = false;
  #bringing = null;

  constructor({ links, more, pages }, turned) {
    this.links = links;
    this.more = more;
    this.pages = pages;
    this.told = turned;
  }

  /* As [work, link]. */
  get all() {
    const found = new Map();
    for (const link of document.querySelectorAll(this.links)) {
      const work = link.closest("dialog") ? null : workOf(link);
      if (work && !found.has(work)) found.set(work, link);
    }
    return [...found];
  }

  find(work) {
    const all = this.all;
    const at = all.findIndex(([one]) => one === work);
    return { at, count: all.length, link: all[at]?.[1] ?? null };
  }

  /* Whether there is anything beyond the end in that direction. */
  beyond(step) {
    return Boolean(this.#page(step) ?? (step > 0 && this.#found(this.more)));
  }

  /* The next in that direction, which may have to be asked for first; null at the end. */
  async after(work, step, last) {
    const { at } = this.find(work);
    // What is gone from the list leaves its place to the next.
    const wanted = at >= 0 ? at + step : last + (step > 0 ? 0 : -1);
    if (this.all[wanted]) return this.all[wanted];
    if (this.#page(step)) return (await this.#turn(step)) ? this.#first(work, step) : null;
    if (step > 0) await this.#bring();
    return this.all[wanted] ?? null;
  }

  /* The small pictures on both sides, so that they are there at once. */
  async preload(work) {
    const { at } = this.find(work);
    const all = this.all;
    for (const one of [all[at + 1], all[at - 1], all[at + 2]]) {
      const img = one?.[1].querySelector("img");
      if (img && !img.complete) img.loading = "eager";
    }
    if (at >= 0 && at + 3 >= all.length) await this.#bring();
  }

  /* Of a page that was turned to, which may show the work too. */
  #first(work, step) {
    const { at, count } = this.find(work);
    const beside = at >= 0 ? at + step : step > 0 ? 0 : count - 1;
    return this.all[beside] ?? null;
  }

  #found(selector) {
    return selector ? document.querySelector(selector) : null;
  }

  #page(step) {
    return this.#found(this.pages && `${this.pages}[rel=${step > 0 ? "next" : "prev"}]`);
  }

  /* Another page in the place of this one; whether it came. */
  async #turn(step) {
    const link = this.#page(step);
    const { href, pathname, search } = new URL(link.href);
    const place = `#${link.closest("[hx-get]").id}`;
    const before = this.all[0]?.[0];
    this.turning = true;
    await htmx.ajax("GET", pathname + search, { target: place, select: place, swap: "outerMorph" });
    this.turning = false;
    const turned = this.all.length > 0 && this.all[0][0] !== before;
    if (turned) this.told(href, place);
    return turned;
  }

  /* Once, however often it is asked for. */
  #bring() {
    this.#bringing ??= this.#brought().finally(() => { this.#bringing = null; });
    return this.#bringing;
  }

  async #brought() {
    const more = this.#found(this.more);
    if (!more) return;
    const before = this.all.length;
    await new Promise((done) => {
      const grown = new MutationObserver(() => { if (this.all.length > before) end(); });
      const end = () => {
        grown.disconnect();
        clearTimeout(late);
        done();
      };
      const late = setTimeout(end, LONGEST);
      grown.observe(document.body, { childList: true, subtree: true });
      more.click();
    });
  }
}
