/* Shows as large as it fits what was put into one of the form's picture fields: the one that changed
   last. A picture that is dropped on it goes into the first that is empty. */

class PictureMirror extends HTMLElement {
  #observer = new MutationObserver((changes) => this.#changed(changes));

  connectedCallback() {
    const about = { attributes: true, attributeFilter: ["src", "hidden"] };
    for (const picture of this.#pictures) this.#observer.observe(picture, about);
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", this.#left);
    this.addEventListener("drop", this.#dropped);
    this.#show(this.#pictures.find((picture) => !picture.hidden));
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.removeEventListener("dragover", this.#over);
    this.removeEventListener("dragleave", this.#left);
    this.removeEventListener("drop", this.#dropped);
  }

  get #drops() { return [...document.querySelectorAll("picture-drop")]; }

  get #pictures() { return this.#drops.map((drop) => drop.querySelector(".drop-picture")); }

  #changed(changes) {
    const last = changes.at(-1).target;
    this.#show(last.hidden ? this.#pictures.find((picture) => !picture.hidden) : last);
  }

  #show(picture) {
    const shown = this.querySelector(".mirror-picture");
    shown.hidden = !picture;
    if (!picture) shown.removeAttribute("src");
    else if (shown.src !== picture.src) {
      for (const name of ["width", "height"]) shown.removeAttribute(name);
      shown.src = picture.src;
    }
  }

  #over = (event) => {
    event.preventDefault();
    this.toggleAttribute("data-over", true);
  };

  #left = () => this.toggleAttribute("data-over", false);

  #dropped = (event) => {
    event.preventDefault();
    this.#left();
    const drop = this.#drops.find((one) => one.isEmpty) ?? this.#drops[0];
    drop?.take(event.dataTransfer.files);
  };
}

customElements.define("picture-mirror", PictureMirror);
