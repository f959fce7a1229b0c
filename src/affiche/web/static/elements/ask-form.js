/* Ctrl or ⌘ with Enter sends the form, with Shift before all else of one's own, and while it is on
   its way the button says so. */

class AskForm extends HTMLElement {
  #sending = false;

  connectedCallback() {
    this.addEventListener("keydown", this.#pressed);
    this.addEventListener("input", this.#heard);
    this.addEventListener("submit", this.#sent, { capture: true });
    this.addEventListener("htmx:after:swap", this.#swapped);
    this.addEventListener("htmx:before:request", this.#begun);
    this.addEventListener("htmx:finally:request", this.#over);
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this.#pressed);
    this.removeEventListener("input", this.#heard);
    this.removeEventListener("submit", this.#sent, { capture: true });
    this.removeEventListener("htmx:after:swap", this.#swapped);
    this.removeEventListener("htmx:before:request", this.#begun);
    this.removeEventListener("htmx:finally:request", this.#over);
  }

  get #form() {
    return this.querySelector("#ask, #generate");
  }

  #pressed = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    const front = event.shiftKey && this.querySelector("[name=ask-front]");
    this.#form.requestSubmit(front || undefined);
  };

  #heard = (event) => heard(event.target);

  /* Pressed twice is asked once. */
  #sent = (event) => {
    if (event.target !== this.#form || !this.#sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  #begun = (event) => {
    if (this.#form?.contains(event.target)) this.#busy(true);
  };

  /* Of a form that its answer has replaced, the panes say so. */
  #over = (event) => {
    if (this.#form.contains(event.target) || event.target.id === "make") this.#busy(false);
  };

  /* What is wrong is not folded away; what the visitor opened stays open. */
  #swapped = () => {
    const wrong = this.querySelector("details [aria-invalid]");
    if (wrong) {
      wrong.closest("details").open = true;
      this.querySelector("[autofocus]")?.focus();
    }
  };

  #busy(sending) {
    if (this.#sending === sending) return;
    this.#sending = sending;
    const button = this.querySelector(".ask");
    button.textContent = sending ? button.dataset.busy : button.dataset.words;
    button.setAttribute("aria-disabled", String(sending));
  }
}

/* A field that is being mended is not called wrong any more. */
function heard(control) {
  const field = control.closest(".field-wrong");
  if (!field || control.type === "file") return;
  field.classList.remove("field-wrong");
  field.querySelector(".problem").hidden = true;
  control.removeAttribute("aria-invalid");
}

customElements.define("ask-form", AskForm);
