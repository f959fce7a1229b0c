/* Takes pictures and archives, chosen, dropped on the page or pasted, and sends them a handful at a
   time, so that thousands need no form of their size; says what became of them as they go. */

const PATIENCE = 5;

class ReferenceDrop extends HTMLElement {
  #queue = [];
  #busy = false;
  #sent = 0;
  #all = 0;
  #sum = { added: 0, known: 0, refused: 0, passed: 0 };

  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target === this.#file) this.#take([...this.#file.files]);
    });
    this.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, this.#dragged);
    document.addEventListener("paste", this.#pasted);
  }

  disconnectedCallback() {
    for (const name of ["dragover", "dragleave", "drop"]) document.removeEventListener(name, this.#dragged);
    document.removeEventListener("paste", this.#pasted);
  }

  get #file() { return this.querySelector(".bring-file"); }
  get #progress() { return this.querySelector("progress"); }

  #dragged = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.toggleAttribute("data-over", event.type === "dragover");
    if (event.type === "drop") this.#take([...event.dataTransfer.files]);
  };

  #pasted = (event) => {
    if (event.clipboardData?.files.length) this.#take([...event.clipboardData.files]);
  };

  #take(files) {
    if (!files.length) return;
    if (!this.#busy) {
      this.#sent = this.#all = 0;
      this.#sum = { added: 0, known: 0, refused: 0, passed: 0 };
      this.querySelector(".bring-report").replaceChildren();
    }
    this.#all += files.length;
    for (const file of files) {
      const large = this.#tooLarge(file);
      if (large) this.#refuse(file.name, large);
      else this.#queue.push(file);
    }
    this.#file.value = "";
    if (!this.#busy) this.#send();
  }

  #tooLarge(file) {
    const archive = /\.zip$/i.test(file.name);
    const limit = Number(archive ? this.dataset.together : this.dataset.limit);
    if (file.size <= limit * 2 ** 20) return null;
    return archive ? this.dataset.sayArchive : this.dataset.sayLarge;
  }

  async #send() {
    this.#busy = true;
    this.#progress.hidden = false;
    while (this.#queue.length) {
      const some = this.#handful();
      this.#say(fill(this.dataset.saySending, { done: this.#sent, all: this.#all }), true);
      const answer = await this.#post(some);
      this.#sent += some.length;
      this.#progress.value = (100 * this.#sent) / this.#all;
      if (answer) {
        this.#heard(answer);
      } else {
        this.#queue = [];
        this.#finish(this.dataset.sayFailed);
        return;
      }
    }
    this.#finish(this.#told());
  }

  #finish(words) {
    this.#busy = false;
    this.#progress.hidden = true;
    this.#progress.value = 0;
    this.#say(words);
    document.body.dispatchEvent(new CustomEvent("references.changed"));
  }

  /* An archive goes by itself. */
  #handful() {
    const room = Number(this.dataset.together) * 2 ** 20;
    const some = [];
    let size = 0;
    while (this.#queue.length && some.length < Number(this.dataset.most)) {
      const alone = /\.zip$/i.test(this.#queue[0].name);
      if (some.length && (alone || size + this.#queue[0].size > room)) break;
      size += this.#queue[0].size;
      some.push(this.#queue.shift());
      if (alone) break;
    }
    return some;
  }

  /* What the studio answers; null if it cannot be reached, or will not have them at all. */
  async #post(files) {
    for (let tries = 0; tries < PATIENCE; tries += 1) {
      const body = new FormData(this.querySelector("form"));
      body.delete("file");
      for (const file of files) body.append("file", file);
      try {
        const answer = await fetch("/references", {
          method: "POST", body, headers: { Accept: "application/json" },
        });
        if (answer.ok) return await answer.json();
        if (answer.status !== 429 && answer.status !== 503) return null;
        this.#say(this.dataset.sayWaiting);
        await pause(Number(answer.headers.get("Retry-After") ?? 2));
      } catch {
        return null;
      }
    }
    return null;
  }

  #heard({ added, known, passed_over: passed, same, refused }) {
    this.#sum.added += added;
    this.#sum.known += known;
    this.#sum.passed += passed;
    for (const { file, message } of refused) this.#refuse(file, message);
    for (const { file, id } of same) {
      const link = document.createElement("a");
      link.href = `/references/${id}`;
      link.textContent = this.dataset.saySame;
      this.#report(file, link);
    }
  }

  #refuse(file, message) {
    this.#sum.refused += 1;
    this.#report(file, message).classList.add("bring-wrong");
  }

  #report(file, what) {
    const line = document.createElement("li");
    const name = document.createElement("b");
    name.textContent = file;
    line.append(name, " ", what);
    this.querySelector(".bring-report").append(line);
    return line;
  }

  #told() {
    const { added, ...rest } = this.#sum;
    const names = { known: "sayKnown", refused: "sayRefused", passed: "sayPassed" };
    const more = Object.entries(rest).filter(([, n]) => n);
    const parts = [fill(this.dataset.sayAdded, { n: added })];
    for (const [name, n] of more) parts.push(fill(this.dataset[names[name]], { n }));
    return parts.join(" ");
  }

  /* Spoken too, except while it counts. */
  #say(words, counting = false) {
    const status = this.querySelector(".bring-status");
    status.setAttribute("aria-live", counting ? "off" : "polite");
    status.textContent = words;
  }
}

function fill(words, parts) {
  return words.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
}

function pause(seconds) {
  return new Promise((done) => { setTimeout(done, 1000 * Math.min(60, Math.max(1, seconds))); });
}

customElements.define("reference-drop", ReferenceDrop);
