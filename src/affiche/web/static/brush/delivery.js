/* Sends the mask a moment after the last stroke, and at once when the form is to be sent. Nothing
   painted is lost when that fails: it is made anew from the strokes whenever it is tried again. */

const PAUSE = 900;
const PATIENCE = 60_000;

/* The mask itself is wrong: to try again would not help. */
export class Refused extends Error {}

export class Delivery {
  #wanted = 0;
  #reached = 0;
  #timer = null;
  #running = null;
  #urgent = false;
  #sending = null;

  /* `make` gives the mask as a blob, or null if there is none to send; `tell(state, detail)` hears
     "sending", "held" with the studio's answer or null, and "failed" with the error. */
  constructor(address, make, tell) {
    this.address = address;
    this.make = make;
    this.tell = tell;
  }

  /* What the studio holds is not what is painted. */
  get isDue() { return this.#wanted !== this.#reached; }

  changed() {
    this.#wanted += 1;
    this.#sending?.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), PAUSE);
  }

  /* The studio holds just this already. */
  settle() {
    clearTimeout(this.#timer);
    this.#sending?.abort();
    this.#wanted += 1;
    this.#reached = this.#wanted;
  }

  /* Whether the studio holds in the end what is painted. */
  async flush() {
    this.#urgent = true;
    try {
      return await this.#run();
    } finally {
      this.#urgent = false;
    }
  }

  #run() {
    clearTimeout(this.#timer);
    this.#running ??= this.#deliver().finally(() => { this.#running = null; });
    return this.#running;
  }

  async #deliver() {
    while (this.isDue) {
      const version = this.#wanted;
      let outcome = ["held", null];
      this.tell("sending");
      try {
        const mask = await this.make();
        if (mask && version === this.#wanted) outcome = ["held", await this.#post(mask)];
      } catch (error) {
        outcome = ["failed", error];
      }
      if (version === this.#wanted) {
        if (outcome[0] === "held") this.#reached = version;
        this.tell(...outcome);
        if (outcome[0] === "failed") return false;
      } else if (!this.#urgent) {
        await new Promise((over) => { setTimeout(over, PAUSE); });
      }
    }
    return true;
  }

  async #post(mask) {
    this.#sending = new AbortController();
    const { signal } = this.#sending;
    const late = setTimeout(() => this.#sending.abort(), PATIENCE);
    try {
      const body = new FormData();
      body.append("picture", mask, "mask.png");
      const response = await fetch(this.address, { method: "POST", body, signal });
      const answer = await response.json();
      const { status } = response;
      if (status >= 400 && status < 500 && status !== 401) throw new Refused(answer.message);
      if (status !== 201) throw new Error(`answered ${status}`);
      return answer;
    } finally {
      clearTimeout(late);
    }
  }
}
