/* Says before the title of whatever page how far one's own works are. A page whose own title tells of
   one work or batch keeps that. */

const OWN = /^\d{1,3}% · /;

class TitlePercent extends HTMLElement {
  #watch = new MutationObserver(() => this.#tell());
  #bare = null;
  #told = null;

  connectedCallback() {
    this.#watch.observe(document.head, { childList: true, subtree: true, characterData: true });
    const masthead = document.querySelector(".masthead");
    const changes = { childList: true, subtree: true, attributeFilter: ["data-percent"] };
    if (masthead) this.#watch.observe(masthead, changes);
    this.#tell();
  }

  disconnectedCallback() {
    this.#watch.disconnect();
  }

  #tell() {
    if (document.title !== this.#told) {
      if (OWN.test(document.title)) return;
      this.#bare = document.title;
    }
    const percent = document.getElementById("queue-button")?.dataset.percent;
    this.#told = percent === undefined ? this.#bare : `${percent}% · ${this.#bare}`;
    if (document.title !== this.#told) document.title = this.#told;
  }
}

customElements.define("title-percent", TitlePercent);
