/* Ctrl or ⌘ with Enter sends the form, and while it is on its way the button says so. */

class AskForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      this.querySelector("form").requestSubmit();
    });
    this.addEventListener("input", (event) => heard(event.target));
    this.addEventListener("htmx:after:swap", () => this.#open());
    this.addEventListener("htmx:before:request", () => this.#busy(true));
    this.addEventListener("htmx:finally:request", () => this.#busy(false));
  }

  /* What is wrong is not folded away; what the visitor opened stays open. */
  #open() {
    const wrong = this.querySelector("details [aria-invalid]");
    if (wrong) {
      wrong.closest("details").open = true;
      this.querySelector("[autofocus]")?.focus();
    }
  }

  #busy(sending) {
    const button = this.querySelector(".ask");
    button.textContent = sending ? button.dataset.busy : button.dataset.words;
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
