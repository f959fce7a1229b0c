/* Shows what it holds once the stream of signals says that nobody is signed in any more. */

class SessionWatch extends HTMLElement {
  connectedCallback() {
    document.addEventListener("htmx:sse:error", this.#heard);
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:sse:error", this.#heard);
  }

  #heard = (event) => {
    if (event.detail.status !== 401 || this.querySelector(".notice")) return;
    this.append(this.querySelector("template").content.cloneNode(true));
  };
}

customElements.define("session-watch", SessionWatch);
