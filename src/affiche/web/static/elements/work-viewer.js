/* Shows a work beside the form, without leaving the page: the address says which, so that Back and a
   reload show the same again. */

class WorkViewer extends HTMLElement {
  connectedCallback() {
    this.life = new AbortController();
    const { signal } = this.life;
    document.addEventListener("asked", (event) => this.#open(event.detail.work), { signal });
    document.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.addEventListener("submit", (event) => this.#sent(event), { signal });
    addEventListener("popstate", () => this.#read(), { signal });
  }

  disconnectedCallback() {
    this.life.abort();
  }

  /* The work with this id, or with "" what the form has. */
  #open(id, output = "") {
    const address = new URL(this.dataset.address, location.href);
    if (id) address.searchParams.set("work", id);
    if (output) address.searchParams.set("output", output);
    if (address.href !== location.href) history.pushState(null, "", address);
    return this.#read();
  }

  async #read() {
    const focused = this.contains(document.activeElement);
    const { pathname, search } = location;
    if (pathname !== new URL(this.dataset.address, location.href).pathname) return;
    const wanted = { target: "#seen", select: "#seen", swap: "outerHTML" };
    await window.htmx.ajax("GET", pathname + search, wanted);
    if (focused && !this.contains(document.activeElement)) this.#rest();
    document.dispatchEvent(new CustomEvent("pane:show", { detail: { pane: "picture" } }));
  }

  /* What had the focus is gone with the work that was shown. */
  #rest() {
    const next = this.querySelector("a, button") ?? document.querySelector(".ask");
    next?.focus();
  }

  #clicked(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const brought = event.target.closest("[data-input]");
    const link = event.target.closest("a[data-work], #pane-queue a[href^='/works/']");
    const slot = document.querySelector("picture-drop");
    if (brought && slot && this.contains(brought)) {
      event.preventDefault();
      slot.hold(brought.dataset.input);
      this.#open("");
    } else if (link) {
      event.preventDefault();
      this.#open(link.dataset.work ?? link.pathname.split("/").at(-1), link.dataset.output);
    }
  }

  /* What is asked of the work itself: to stop, or to be made again, which is another work. */
  async #sent(event) {
    event.preventDefault();
    event.stopPropagation();
    const { action, method } = event.target;
    const headers = { "HX-Request": "true", Accept: "text/html" };
    const answer = await fetch(action, { method, headers }).catch(() => null);
    const led = answer?.headers.get("HX-Redirect") ?? "";
    const made = led.match(/^\/works\/([0-9a-f-]{36})$/);
    if (made) {
      this.#open(made[1]);
      document.dispatchEvent(new CustomEvent("asked", { detail: { work: made[1] } }));
    } else if (led) location.assign(led);
    else if (answer?.ok) this.#read();
    else await this.#refused(answer);
  }

  async #refused(answer) {
    const text = answer ? await answer.text() : "";
    const notice = new DOMParser().parseFromString(text, "text/html").querySelector(".notice");
    if (notice) document.getElementById("notices").replaceChildren(notice);
  }
}

customElements.define("work-viewer", WorkViewer);
