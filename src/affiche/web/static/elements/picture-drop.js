/* A file input that also takes a drop or a paste, shows the picture at once, and sends it ahead
   while the rest of the form is filled in. What could not be sent ahead goes with the form. */

class PictureDrop extends HTMLElement {
  #sending = null;
  #shown = null;

  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target === this.#file) this.#chosen();
      if (event.target === this.#held && this.#held.value && !this.#shown) this.#recall();
    });
    this.addEventListener("click", (event) => {
      if (event.target.closest(".drop-remove")) this.#remove();
    });
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.toggleAttribute("data-over", true);
    });
    for (const name of ["dragleave", "drop"]) {
      this.addEventListener(name, () => this.toggleAttribute("data-over", false));
    }
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
    document.addEventListener("paste", this.#pasted);
    document.addEventListener("htmx:after:swap", this.#swapped);
  }

  disconnectedCallback() {
    document.removeEventListener("paste", this.#pasted);
    document.removeEventListener("htmx:after:swap", this.#swapped);
    this.#sending?.abort();
    this.#forget();
  }

  get #file() { return this.querySelector(".drop-file"); }
  get #held() { return this.querySelector(".drop-held"); }
  get #picture() { return this.querySelector(".drop-picture"); }
  get #progress() { return this.querySelector(".drop-progress"); }

  #pasted = (event) => {
    const drops = [...document.querySelectorAll("picture-drop")];
    const first = drops.find((drop) => drop.isEmpty) ?? drops[0];
    if (first === this && event.clipboardData?.files.length) this.take(event.clipboardData.files);
  };

  /* What came back with the form is held by the server and need not be sent again. */
  #swapped = () => {
    if (this.#held.value) this.#file.value = "";
  };

  get isEmpty() { return !this.#held.value && !this.#file.files.length; }

  /* A picture that the studio holds already, by its id. */
  hold(id, width, height) {
    this.#clear();
    this.#held.value = id;
    this.#recall();
    if (width) this.#hold(width, height);
    this.#held.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* As the device takes one by itself. */
  capture() {
    this.#file.setAttribute("capture", "environment");
    this.#file.click();
    this.#file.removeAttribute("capture");
  }

  take(files) {
    const one = new DataTransfer();
    if (!files.length) return;
    one.items.add(files[0]);
    this.#file.files = one.files;
    this.#chosen();
  }

  #chosen() {
    const file = this.#file.files[0];
    if (!file) return;
    const wrong = this.#wrong(file);
    this.#sending?.abort();
    this.#held.value = "";
    this.#say(wrong ?? "");
    this.#complain(wrong);
    if (wrong) {
      this.#file.value = "";
      this.#show(null);
      return;
    }
    this.#show(URL.createObjectURL(file));
    this.#send(file);
  }

  /* The same words as the server's, which looks at the content as well. */
  #wrong(file) {
    const kind = JSON.parse(this.dataset.kinds)[file.type];
    if (!file.size) return this.dataset.sayEmpty;
    if (!kind) return this.dataset.sayUnknown;
    if (!JSON.parse(this.dataset.types).includes(file.type)) {
      return this.dataset.sayType.replace("{found}", kind);
    }
    return file.size > this.dataset.limit * 2 ** 20 ? this.dataset.sayLarge : null;
  }

  #send(file) {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("picture", file);
    this.#sending = request;
    request.upload.addEventListener("progress", (event) => {
      const percent = Math.round((100 * event.loaded) / event.total);
      this.#progress.value = percent;
      this.#say(this.dataset.sayUploading.replace("{percent}", percent), true);
    });
    request.addEventListener("load", () => this.#answered(request));
    request.addEventListener("error", () => this.#say(this.dataset.sayFailed));
    request.addEventListener("loadend", () => { this.#progress.hidden = true; });
    this.#progress.hidden = false;
    this.#progress.value = 0;
    request.responseType = "json";
    request.open("POST", this.dataset.address);
    request.send(body);
  }

  #answered(request) {
    const answer = request.response;
    if (request.status === 201 && answer) {
      this.#held.value = answer.id;
      this.#file.value = "";
      this.#hold(answer.width, answer.height);
      this.#held.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (answer?.message && request.status < 500 && request.status !== 401) {
      this.#file.value = "";
      this.#show(null);
      this.#complain(answer.message);
    } else {
      this.#say(this.dataset.sayFailed);
    }
  }

  #hold(width, height) {
    this.#say(this.dataset.sayUploaded.replace("{width}", width).replace("{height}", height));
  }

  /* One that is held already is shown, unless it is not there any more. */
  #recall() {
    this.#picture.addEventListener("error", () => this.#clear(), { once: true });
    this.#show(`/v1/files/${this.#held.value}`);
  }

  #remove() {
    this.#clear();
    this.#file.focus();
  }

  #clear() {
    this.#sending?.abort();
    this.#file.value = "";
    this.#held.value = "";
    this.#show(null);
    this.#say("");
    this.#complain(null);
    this.#held.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #show(address) {
    this.#forget();
    this.#shown = address;
    const picture = this.#picture;
    picture.hidden = !address;
    for (const name of ["width", "height"]) picture.removeAttribute(name);
    if (address) picture.src = address;
    else picture.removeAttribute("src");
  }

  #forget() {
    if (this.#shown) URL.revokeObjectURL(this.#shown);
    this.#shown = null;
  }

  /* Spoken too, except while it counts. */
  #say(words, counting = false) {
    const status = this.querySelector(".drop-status");
    status.setAttribute("aria-live", counting ? "off" : "polite");
    status.textContent = words;
  }

  #complain(words) {
    const field = this.closest(".field");
    const problem = field.querySelector(".problem");
    field.classList.toggle("field-wrong", Boolean(words));
    problem.hidden = !words;
    problem.querySelector("span").textContent = words ?? "";
    if (words) {
      this.#say("");
      this.#file.setAttribute("aria-invalid", "true");
      this.#file.setAttribute("aria-describedby", problem.id);
    } else {
      this.#file.removeAttribute("aria-invalid");
    }
  }
}

customElements.define("picture-drop", PictureDrop);
