/* Throws its work away and puts it back, where it stands. Tells `work-thrown` {work, gone}. */

class TrashWork extends HTMLElement {
  #keyed = (event) => this.#key(event);

  connectedCallback() {
    document.addEventListener("keydown", this.#keyed);
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#move(event.submitter.value === "throw");
    });
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#keyed);
  }

  get thrown() { return this.hasAttribute("data-thrown"); }

  async #move(gone) {
    const work = this.dataset.work;
    const path = gone ? "/v1/trash" : "/v1/trash/restore";
    const headers = { "Content-Type": "application/json" };
    try {
      const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify({ works: [work] }) });
      if (!answer.ok || !(await answer.json()).works.includes(work)) throw new Error(path);
    } catch {
      this.#say(this.dataset.failed);
      return;
    }
    const focused = this.contains(document.activeElement);
    this.toggleAttribute("data-thrown", gone);
    this.#say(gone ? this.querySelector(".trash-state").textContent : "");
    if (focused) this.querySelector(gone ? ".trash-restore" : ".trash-throw").focus();
    const detail = { work, gone };
    this.dispatchEvent(new CustomEvent("work-thrown", { bubbles: true, detail }));
  }

  #say(words) {
    this.querySelector("[role=status]").textContent = words;
  }

  #key(event) {
    if (event.key !== "Delete" || event.defaultPrevented || this.thrown) return;
    const open = document.querySelector("dialog[open]");
    if (open && !open.contains(this)) return;
    if (event.target.closest("input, textarea, select, [role=slider]")) return;
    event.preventDefault();
    this.#move(true);
  }
}

customElements.define("trash-work", TrashWork);
