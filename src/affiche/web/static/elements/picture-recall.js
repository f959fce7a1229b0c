/* A picture that is dropped on the page outside of a field, or pasted where there is none, is sent to
   be asked how it was made; the answer opens in a dialog. Where scripts fail, the link leads there. */

const FIELDS = "picture-drop, picture-mirror, mask-brush, reference-drop, input, textarea, dialog, [contenteditable]";

class PictureRecall extends HTMLElement {
  #heard = [
    [window, "dragover", (event) => this.#over(event)],
    [window, "dragleave", (event) => { if (!event.relatedTarget) this.#veil(false); }],
    [window, "dragend", () => this.#veil(false)],
    [window, "drop", (event) => this.#dropped(event)],
    [document, "paste", (event) => this.#pasted(event)],
  ];

  connectedCallback() {
    for (const [on, type, does] of this.#heard) on.addEventListener(type, does);
    this.querySelector(".recall-close").addEventListener("click", () => this.#dialog.close());
  }

  disconnectedCallback() {
    for (const [on, type, does] of this.#heard) on.removeEventListener(type, does);
  }

  get #dialog() { return this.querySelector("dialog"); }

  #veil(whether) { this.toggleAttribute("data-over", whether); }

  /* Whether it is a file, and not over what takes pictures itself. */
  #isOurs(event) {
    if (!event.dataTransfer?.types.includes("Files") || document.querySelector("dialog[open]")) return false;
    return !(event.target instanceof Element && event.target.closest(FIELDS));
  }

  #over(event) {
    const ours = this.#isOurs(event);
    this.#veil(ours);
    if (!ours) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }

  #dropped(event) {
    this.#veil(false);
    if (event.defaultPrevented || !this.#isOurs(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) this.#ask(file);
  }

  #pasted(event) {
    const [file] = event.clipboardData?.files ?? [];
    if (!file || event.defaultPrevented || document.querySelector("picture-drop, dialog[open]")) return;
    if (event.target.closest?.("input, textarea")) return;
    event.preventDefault();
    this.#ask(file);
  }

  async #ask(file) {
    const said = this.querySelector("[role=status]");
    said.textContent = said.dataset.reading;
    this.toggleAttribute("data-reading", true);
    const body = new FormData();
    body.append("picture", file, file.name);
    try {
      const answer = await fetch("/recall", { method: "POST", body, headers: { "HX-Request": "true" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("#recall");
      if (!found) throw new Error(String(answer.status));
      this.#show(found);
    } catch {
      const lost = document.createElement("p");
      lost.className = "recall";
      lost.textContent = this.dataset.failed;
      this.#show(lost);
    }
    said.textContent = "";
    this.toggleAttribute("data-reading", false);
  }

  #show(found) {
    this.querySelector(".recall-answer").replaceChildren(found);
    this.#dialog.showModal();
    found.querySelector("h1")?.focus();
  }
}

customElements.define("picture-recall", PictureRecall);
