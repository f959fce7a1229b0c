/* Stars from none to five, given to one work at once: a slider to whoever does not see it. The stars
   are drawn by the style sheet from `aria-valuenow`, so a page that is read again keeps them.

   `data-work`: the work; without one nothing is sent, and whoever listens does it. Its words are
   `data-stars-words` ("{n} of 5 stars"), `data-stars-none` and `data-stars-failed`, of the element
   itself or of what it stands in. It tells `stars-asked` {stars} before anything is sent, which may
   be prevented; `stars-given` {work, stars} when it is done, `stars-refused` {words} when it is not,
   with the stars as they were. */

class StarRating extends HTMLElement {
  #held = null;
  #sending = Promise.resolve();

  connectedCallback() {
    this.addEventListener("click", this);
    this.addEventListener("keydown", this);
    this.addEventListener("pointermove", this);
    this.addEventListener("pointerleave", this);
  }

  disconnectedCallback() {
    for (const type of ["click", "keydown", "pointermove", "pointerleave"]) {
      this.removeEventListener(type, this);
    }
  }

  handleEvent(event) {
    this[`on_${event.type}`](event);
  }

  get stars() {
    return Number(this.ariaValueNow);
  }

  /* Shown, and nothing sent. */
  show(stars) {
    this.ariaValueNow = String(stars);
    const words = stars ? this.#word("starsWords") : this.#word("starsNone");
    this.ariaValueText = words.replace("{n}", stars);
    this.closest(".hung")?.classList.toggle("hung-starred", stars > 0);
  }

  /* As if somebody had clicked: shown at once, and put back where it could not be kept. */
  give(stars) {
    if (stars === this.stars) return;
    if (!this.#tell("stars-asked", { stars })) return;
    this.#held ??= this.stars;
    this.show(stars);
    if (this.dataset.work) this.#sending = this.#sending.then(() => this.#send());
  }

  on_click(event) {
    event.preventDefault();
    // The number that is there already takes it away.
    const stars = this.#under(event);
    delete this.dataset.over;
    this.give(stars === this.stars ? 0 : stars);
  }

  on_keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    const named = { Home: 0, End: 5, Delete: 0, Backspace: 0 }[event.key];
    const digit = /^[0-5]$/.test(event.key) ? Number(event.key) : undefined;
    const stars = digit ?? named ?? (step && Math.min(5, Math.max(0, this.stars + step)));
    if (stars === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.give(stars);
  }

  on_pointermove(event) {
    if (event.pointerType === "mouse") this.dataset.over = this.#under(event);
  }

  on_pointerleave() {
    delete this.dataset.over;
  }

  #under(event) {
    const { left, width } = this.getBoundingClientRect();
    return Math.min(5, Math.max(1, Math.ceil(((event.clientX - left) / width) * 5)));
  }

  /* One at a time, and of several that were clicked quickly the last. */
  async #send() {
    const stars = this.stars;
    if (this.#held === null || stars === this.#held) {
      this.#held = null;
      return;
    }
    const work = this.dataset.work;
    try {
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ works: [work], stars });
      const answer = await fetch("/v1/stars", { method: "PUT", headers, body });
      if (answer.ok && (await answer.json()).works.includes(work)) {
        this.#held = this.stars === stars ? null : stars;
        this.#tell("stars-given", { work, stars });
        return;
      }
    } catch {
      // Said below, as a refusal is.
    }
    this.show(this.#held);
    this.#held = null;
    this.#tell("stars-refused", { work, words: this.#word("starsFailed") });
  }

  #tell(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { bubbles: true, cancelable: true, detail }));
  }

  #word(name) {
    const holder = this.closest("[data-stars-words]");
    return holder?.dataset[name] ?? "";
  }
}

customElements.define("star-rating", StarRating);
