/* Shows what it holds once the stream of signals says that nobody is signed in any more. */

class SessionWatch extends HTMLElement {
  connectedCallback() {
    document.addEventListener("htmx:sse:error", this.#heard);
    document.addEventListener("htmx:before:response", this.#refused);
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:sse:error", this.#heard);
    document.removeEventListener("htmx:before:response", this.#refused);
  }

  /* The stream that never stood: the session ended before it could. */
  #refused = (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (sourceElement.id !== "signals" || response.raw.status !== 401) return;
    event.preventDefault();
    this.#tell();
  };

  #heard = (event) => {
    if (event.detail.status === 401) this.#tell();
  };

  #tell() {
    if (this.querySelector(".notice")) return;
    this.append(this.querySelector("template").content.cloneNode(true));
  }
}

customElements.define("session-watch", SessionWatch);
