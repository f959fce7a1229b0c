/* The works of the list on the page, in its order, each once; and what comes after its end. */

const WORK = /^\/works\/([0-9a-f-]{36})$/;
const LONGEST = 15_000;

export const workOf = (link) => WORK.exec(new URL(link.href).pathname)?.[1] ?? null;

export class Neighbours {
  #bringing = null;

  constructor(links, more) {
    this.links = links;
    this.more = more;
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

  /* The next in that direction, which may have to be asked for first; null at the end. */
  async after(work, step, last) {
    const { at } = this.find(work);
    // What is gone from the list leaves its place to the next.
    const wanted = at >= 0 ? at + step : last + (step > 0 ? 0 : -1);
    if (wanted < 0) return null;
    if (!this.all[wanted] && step > 0) await this.#bring();
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

  /* Once, however often it is asked for. */
  #bring() {
    this.#bringing ??= this.#brought().finally(() => { this.#bringing = null; });
    return this.#bringing;
  }

  async #brought() {
    const more = this.more && document.querySelector(this.more);
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
