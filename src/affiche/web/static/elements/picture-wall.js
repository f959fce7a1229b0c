/* Pictures that are selected, given stars, thrown away and put back, by mouse and by keyboard. */

class PictureWall extends HTMLElement {
  #last = null;
  #gone = null;
  #keyed = (event) => this.#key(event);
  #swapped = () => this.#tell();

  connectedCallback() {
    document.addEventListener("keydown", this.#keyed);
    document.addEventListener("htmx:after:swap", this.#swapped);
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("change", () => this.#tell());
    this.addEventListener("reset", () => setTimeout(() => this.#tell()));
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#act(event.submitter.value, this.#chosen());
    });
    this.querySelector(".toast button").addEventListener("click", () => this.#undo());
    this.#tell();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#keyed);
    document.removeEventListener("htmx:after:swap", this.#swapped);
  }

  get #hung() {
    return [...this.querySelectorAll(".hung")];
  }

  #chosen() {
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
    this.#tell();
  }

  #range(all, from, to, checked) {
    for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      box(each).checked = checked;
    }
  }

  #key(event) {
    // What lies over the wall has keys of its own.
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.querySelector(".library-search input")?.focus();
    }
    if (typing || event.altKey || (event.defaultPrevented && event.key !== "/")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      for (const one of this.#hung) box(one).checked = true;
      this.#tell();
      return;
    }
    const one = event.target.closest(".hung");
    if (event.ctrlKey || event.metaKey || (!one && !this.#chosen().length)) return;
    this.#press(event, one);
  }

  #press(event, one) {
    const chosen = this.#chosen();
    const meant = chosen.length ? chosen : [one];
    if (event.key.startsWith("Arrow") && one) this.#step(event, one);
    else if (event.key === " " && one && event.target !== box(one)) {
      event.preventDefault();
      this.#toggle(one, event.shiftKey);
    } else if (event.key.toLowerCase() === "s" && !this.#inTrash) {
      event.preventDefault();
      const starred = meant.every((each) => each.classList.contains("hung-starred"));
      this.#act(starred ? "unstar" : "star", meant);
    } else if (event.key === "Delete" && !this.#inTrash) {
      event.preventDefault();
      this.#act("throw", meant);
    } else if (event.key === "Escape" && chosen.length) {
      this.querySelector("form").reset();
    }
  }

  get #inTrash() {
    return !this.querySelector("[value=throw]");
  }

  #toggle(one, ranging) {
    const all = this.#hung;
    const from = ranging ? all.indexOf(this.#last) : -1;
    box(one).checked = from >= 0 || !box(one).checked;
    if (from >= 0) this.#range(all, from, all.indexOf(one), true);
    this.#last = one;
    this.#tell();
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
    if (event.shiftKey) {
      box(one).checked = box(next).checked = true;
      this.#last = next;
      this.#tell();
    }
  }

  async #act(what, meant) {
    if (!meant.length) return;
    const works = meant.map((one) => one.dataset.work);
    const touched = await this.#send(what, works);
    if (!touched) return;
    const held = meant.filter((one) => touched.has(one.dataset.work));
    if (what === "star" || what === "unstar") {
      for (const one of held) one.classList.toggle("hung-starred", what === "star");
      return;
    }
    this.#remove(held);
    const left = held.length < meant.length && what === "throw" ? ` ${this.dataset.running}` : "";
    const words = what === "throw" ? this.dataset.thrown : this.dataset.restored;
    this.#say(words.replace("{n}", held.length) + left, what === "throw" && held.length > 0);
  }

  #remove(held) {
    const all = this.#hung;
    const focused = held.some((one) => one.contains(document.activeElement));
    const after = all.slice(all.indexOf(held.at(-1)) + 1).find((one) => !held.includes(one));
    const before = all.slice(0, all.indexOf(held[0])).at(-1);
    this.#gone = held.map((one) => [one, one.parentElement, one.nextElementSibling]);
    for (const one of held) {
      box(one).checked = false;
      one.remove();
    }
    if (focused || !held.length) (after ?? before)?.querySelector("a").focus();
    this.#tell();
  }

  async #undo() {
    const gone = this.#gone ?? [];
    if (!(await this.#send("restore", gone.map(([one]) => one.dataset.work)))) return;
    for (const [one, list, next] of gone.reverse()) {
      list.insertBefore(one, next?.parentElement === list ? next : null);
    }
    this.#say(this.dataset.restored.replace("{n}", gone.length), false);
    gone.at(-1)?.[0].querySelector("a").focus();
    this.#gone = null;
  }

  /* The ids for which it was done; null, and it is said, where it was not. */
  async #send(what, works) {
    const [method, path] = {
      star: ["PUT", "/v1/stars"],
      unstar: ["PUT", "/v1/stars"],
      throw: ["POST", "/v1/trash"],
      restore: ["POST", "/v1/trash/restore"],
    }[what];
    const body = path === "/v1/stars" ? { works, stars: Number(what === "star") } : { works };
    // What is told of it meanwhile need not be shown twice.
    this.ariaBusy = "true";
    try {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
      if (answer.ok) return new Set((await answer.json()).works);
    } catch {
      // Said below, as a refusal is.
    } finally {
      this.ariaBusy = null;
    }
    this.#say(this.dataset.failed, false);
    return null;
  }

  #say(words, undoable) {
    this.querySelector(".toast-words").textContent = words;
    this.querySelector(".toast button").hidden = !undoable;
  }

  #tell() {
    const count = this.#chosen().length;
    const said = count ? this.dataset.count.replace("{n}", count) : "";
    this.querySelector(".selected-count").textContent = said;
  }
}

const box = (one) => one.querySelector("input");

const nearest = (all, one, below) => {
  const here = one.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  const rows = all.map((each) => [each, each.getBoundingClientRect()]);
  const beyond = rows.filter(([, box]) => (below ? box.top > here.bottom - 1 : box.bottom < here.top + 1));
  if (!beyond.length) return null;
  const tops = beyond.map(([, box]) => box.top);
  const row = below ? Math.min(...tops) : Math.max(...tops);
  const away = ([, box]) => Math.abs(box.left + box.width / 2 - middle);
  return beyond
    .filter(([, box]) => Math.abs(box.top - row) < 2)
    .reduce((best, each) => (away(each) < away(best) ? each : best))[0];
};

customElements.define("picture-wall", PictureWall);
