/* Keeps the place of every picture of the page that cannot be shown, and says so to those who
   listen; asks for them again once the studio is there again. */

class BrokenPictures extends HTMLElement {
  connectedCallback() {
    document.addEventListener("error", this.#broken, true);
    document.addEventListener("load", this.#shown, true);
    document.addEventListener("htmx:sse:after:connection", this.#again);
    for (const picture of document.images) {
      if (picture.complete && picture.currentSrc && !picture.naturalWidth) this.#mark(picture);
    }
  }

  disconnectedCallback() {
    document.removeEventListener("error", this.#broken, true);
    document.removeEventListener("load", this.#shown, true);
    document.removeEventListener("htmx:sse:after:connection", this.#again);
  }

  #broken = ({ target }) => {
    if (target instanceof HTMLImageElement) this.#mark(target);
  };

  #shown = ({ target }) => {
    if (!(target instanceof HTMLImageElement) || !("broken" in target.dataset)) return;
    target.alt = target.dataset.broken;
    delete target.dataset.broken;
  };

  #mark(picture) {
    if ("broken" in picture.dataset) return;
    picture.dataset.broken = picture.alt;
    picture.alt = [picture.alt, this.dataset.words].filter(Boolean).join(". ");
  }

  #again = () => {
    for (const picture of document.querySelectorAll("img[data-broken]")) {
      picture.src = picture.getAttribute("src");
    }
  };
}

customElements.define("broken-pictures", BrokenPictures);
