/* Lets no form go twice while the first is on its way, however often somebody presses. */

const LONGEST = 15000;

class SingleSubmit extends HTMLElement {
  connectedCallback() {
    document.addEventListener("submit", this.#hold, true);
    window.addEventListener("submit", this.#mark);
    document.addEventListener("htmx:before:request", this.#begun);
    document.addEventListener("htmx:finally:request", this.#ended);
    window.addEventListener("pageshow", this.#free);
  }

  disconnectedCallback() {
    document.removeEventListener("submit", this.#hold, true);
    window.removeEventListener("submit", this.#mark);
    document.removeEventListener("htmx:before:request", this.#begun);
    document.removeEventListener("htmx:finally:request", this.#ended);
    window.removeEventListener("pageshow", this.#free);
  }

  #hold = (event) => {
    if (!("sent" in event.target.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  /* A form that no script took: the page that answers takes this one's place, but a file that is
     fetched by a form does not. */
  #mark = ({ target, defaultPrevented }) => {
    if (defaultPrevented || target.method !== "post") return;
    target.dataset.sent = "";
    setTimeout(() => delete target.dataset.sent, LONGEST);
  };

  #begun = ({ detail }) => {
    const form = detail.ctx.sourceElement;
    if (form instanceof HTMLFormElement && detail.ctx.request.method !== "GET") {
      form.dataset.sent = "";
    }
  };

  #ended = ({ detail }) => {
    delete detail.ctx.sourceElement.dataset.sent;
  };

  #free = () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  };
}

customElements.define("single-submit", SingleSubmit);
