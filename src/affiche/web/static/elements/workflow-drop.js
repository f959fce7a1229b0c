/* Takes a workflow's file, or a picture that holds one, dropped on the page or pasted, into the
   form; says at once if it is too large to be sent. */

class WorkflowDrop extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.#changed);
    for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, this.#dragged);
    document.addEventListener("paste", this.#pasted);
    // Chosen before this module was there.
    if (this.#file.files.length) this.#look();
  }

  disconnectedCallback() {
    for (const name of ["dragover", "dragleave", "drop"]) document.removeEventListener(name, this.#dragged);
    document.removeEventListener("paste", this.#pasted);
  }

  get #file() { return this.querySelector("[type=file]"); }
  get #told() { return this.querySelector("[role=status]"); }
  get #button() { return this.querySelector("button"); }

  #changed = (event) => {
    if (event.target === this.#file) this.#look();
  };

  #dragged = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.toggleAttribute("data-over", event.type === "dragover");
    if (event.type === "drop") this.#take(event.dataTransfer.files);
  };

  /* Text goes where the cursor is, or else into the field for it. */
  #pasted = (event) => {
    if (event.clipboardData.files.length) {
      this.#take(event.clipboardData.files);
      return;
    }
    if (event.target.closest?.("input, textarea")) return;
    const text = event.clipboardData.getData("text/plain");
    if (!text.trim().startsWith("{")) return;
    event.preventDefault();
    this.querySelector("textarea").value = text;
    this.#button.focus();
  };

  #take(files) {
    if (!files.length) return;
    const held = new DataTransfer();
    held.items.add(files[0]);
    this.#file.files = held.files;
    this.#look();
  }

  #look() {
    const file = this.#file.files[0];
    const picture = file?.type.startsWith("image/");
    const large = file && file.size > Number(picture ? this.dataset.bytesPicture : this.dataset.bytes);
    this.#told.textContent = large
      ? picture ? this.dataset.largePicture : this.dataset.large
      : file ? this.dataset.chosen.replace("{file}", file.name) : "";
    this.#button.disabled = Boolean(large);
    if (file && !large) this.#button.focus();
  }
}

customElements.define("workflow-drop", WorkflowDrop);
