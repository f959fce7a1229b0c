/* Shows a work beside the form, without leaving the page: the address says which, so that Back and a
   reload show the same again. */

const HEADERS = { "HX-Request": "true", Accept: "text/html" };

class WorkViewer extends HTMLElement {
  #turn = 0;

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
    const { pathname, search } = location;
    if (pathname !== new URL(this.dataset.address, location.href).pathname) return;
    const turn = (this.#turn += 1);
    const answer = await fetch(pathname + search, { headers: HEADERS }).catch(() => null);
    const led = answer?.headers.get("HX-Redirect");
    if (led) location.assign(led);
    if (!answer?.ok || led) {
      await this.#refused(answer);
      return;
    }
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== this.#turn) return;
    // Not by htmx, which carries the style of what has the same id over: the policy forbids that.
    const seen = document.adoptNode(found.querySelector("#seen"));
    const focused = this.contains(document.activeElement) && document.activeElement.dataset;
    this.querySelector("#seen").replaceWith(seen);
    window.htmx.process(seen);
    document.title = found.title;
    if (focused) this.#rest(focused.output);
    document.dispatchEvent(new CustomEvent("pane:show", { detail: { pane: "picture" } }));
  }

  /* What had the focus is gone with the work that was shown; one of its pictures comes again. */
  #rest(output) {
    const same = output && this.querySelector(`[data-output="${output}"]`);
    const next = same || (this.querySelector("a, button") ?? document.querySelector(".ask"));
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
    const answer = await fetch(action, { method, headers: HEADERS }).catch(() => null);
    const led = answer?.headers.get("HX-Redirect") ?? "";
    const made = led.match(/^\/works\/([0-9a-f-]{36})$/);
    if (made) this.#open(made[1]);
    else if (led) location.assign(led);
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
