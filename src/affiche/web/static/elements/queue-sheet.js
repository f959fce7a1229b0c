/* Opens one's own queue at the side, from the button in the masthead, which is a link without it.
   Where the page shows the queue already, the button leads there. Whoever is at a button of the
   queue that goes with what it was for, stays at the queue. */

const NARROW = matchMedia("(width < 40rem)");

class QueueSheet extends HTMLElement {
  #within = false;

  connectedCallback() {
    document.addEventListener("focusin", this.#entered);
    document.addEventListener("htmx:after:swap", this.#swapped);
    document.addEventListener("click", this.#clicked);
    document.addEventListener("keydown", this.#pressed);
  }

  disconnectedCallback() {
    document.removeEventListener("focusin", this.#entered);
    document.removeEventListener("htmx:after:swap", this.#swapped);
    document.removeEventListener("click", this.#clicked);
    document.removeEventListener("keydown", this.#pressed);
  }

  get #dialog() { return this.querySelector("dialog"); }

  #clicked = (event) => {
    if (event.target.closest(".queue-sheet-close")) return this.#close();
    const button = event.target.closest("#queue-button");
    if (!button || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (this.#dialog.open) return this.#close();
    const shown = document.getElementById("queue");
    // What was asked for in here may have come after it was closed.
    if (shown && !this.contains(shown)) show(shown);
    else this.#open();
  };

  #entered = (event) => {
    this.#within = event.target.closest("#queue") !== null;
  };

  #swapped = () => {
    if (this.#within && document.activeElement === document.body) {
      document.getElementById("queue")?.focus();
    }
  };

  #pressed = (event) => {
    const elsewhere = document.querySelector("dialog:modal");
    if (event.key === "Escape" && this.#dialog.open && !elsewhere && !event.defaultPrevented) {
      this.#close();
    }
  };

  #open() {
    // Not modal: on a desk one may go on beside it. On a phone it covers all.
    this.#dialog.show();
    this.#cover(NARROW.matches);
    this.#dialog.querySelector(".queue-place").dispatchEvent(new Event("queue:wanted"));
  }

  #close() {
    this.#cover(false);
    this.#dialog.close();
    // What is not seen is not kept in step either.
    this.#dialog.querySelector(".queue-place").replaceChildren();
    document.getElementById("queue-button").focus();
  }

  #cover(whole) {
    for (const part of document.querySelectorAll("main, .colophon")) part.inert = whole;
  }
}

/* Opened by whatever folds it away, and looked at. */
function show(queue) {
  for (let part = queue; part && !queue.checkVisibility(); part = part.parentElement) {
    if (part.id) document.querySelector(`[aria-controls="${part.id}"]`)?.click();
  }
  queue.focus();
  queue.scrollIntoView({ block: "nearest" });
}

customElements.define("queue-sheet", QueueSheet);
