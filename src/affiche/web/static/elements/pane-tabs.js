/* Panes side by side; where the screen is narrow, tabs of which one is shown. */

const NARROW = matchMedia("(width < 62rem)");
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

class PaneTabs extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#clicked);
    this.addEventListener("keydown", this.#pressed);
    document.addEventListener("asked", this.#asked);
    document.addEventListener("pane:show", this.#wanted);
    document.addEventListener("htmx:after:swap", this.#swapped);
    NARROW.addEventListener("change", this.#settle);
    this.#settle();
  }

  disconnectedCallback() {
    document.removeEventListener("asked", this.#asked);
    document.removeEventListener("pane:show", this.#wanted);
    document.removeEventListener("htmx:after:swap", this.#swapped);
    NARROW.removeEventListener("change", this.#settle);
  }

  get #tabs() { return [...this.querySelectorAll(":scope > .make-tabs [role=tab]")]; }

  #pane(tab) { return document.getElementById(tab.getAttribute("aria-controls")); }

  /* What is a pane beside others is one of several tabs' on a narrow screen. */
  #settle = () => {
    for (const tab of this.#tabs) {
      const pane = this.#pane(tab);
      if (NARROW.matches) {
        pane.setAttribute("role", "tabpanel");
        pane.setAttribute("aria-labelledby", tab.id);
        pane.tabIndex = -1;
      } else {
        for (const name of ["role", "aria-labelledby", "tabindex"]) pane.removeAttribute(name);
      }
    }
    this.#choose(this.dataset.tab);
  };

  #choose(name, focus = false) {
    this.dataset.tab = name;
    for (const tab of this.#tabs) {
      const chosen = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) tab.focus();
    }
  }

  #clicked = (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) this.#choose(tab.id.replace("tab-", ""));
  };

  #pressed = (event) => {
    const at = this.#tabs.indexOf(event.target.closest("[role=tab]"));
    if (at < 0) return;
    const last = this.#tabs.length - 1;
    const places = { Home: 0, End: last };
    const next = places[event.key] ?? (event.key in STEPS ? at + STEPS[event.key] : null);
    if (next === null) return;
    event.preventDefault();
    const tab = this.#tabs.at(next > last ? 0 : next);
    this.#choose(tab.id.replace("tab-", ""), true);
  };

  /* Asking shows what becomes of it; the focus does not stay on what is no longer seen. */
  #asked = () => this.#show("picture");

  #wanted = (event) => this.#show(event.detail.pane);

  #show(name) {
    const lost = NARROW.matches && !document.getElementById(`pane-${name}`)
      .contains(document.activeElement) && document.activeElement !== document.body;
    this.#choose(name, lost);
  }

  /* What is wrong is shown. */
  #swapped = () => {
    this.#settle();
    const wrong = this.querySelector(".field-wrong");
    const pane = wrong?.closest(".pane");
    if (pane && !pane.contains(document.activeElement)) {
      const shown = this.querySelector(`#pane-${this.dataset.tab}`);
      if (!shown.querySelector(".field-wrong")) this.#choose(pane.id.replace("pane-", ""));
    }
  };
}

customElements.define("pane-tabs", PaneTabs);
