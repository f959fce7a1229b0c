/* Keeps a form from being sent before the studio holds what belongs to it. */

export class Gate {
  #waiting = false;

  /* `isDue()` tells whether there is anything to wait for; `settled()` whether it went well in the
     end. If not, the form stays, and `stuck()` shows where. */
  constructor(form, isDue, settled, stuck) {
    Object.assign(this, { form, isDue, settled, stuck });
    // Before htmx hears of it, which listens on the form as well.
    form.addEventListener("submit", this.#asked, { capture: true });
  }

  stop() { this.form.removeEventListener("submit", this.#asked, { capture: true }); }

  #asked = async (event) => {
    if (!this.isDue()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.#waiting) return;
    this.#waiting = true;
    const well = await this.settled();
    this.#waiting = false;
    if (!well) this.stuck();
    else if (this.form.isConnected) this.form.requestSubmit(event.submitter);
  };
}
