/* Says at the edge of the window what became of one's works, on whatever page one is, and what the
   press of a button came to. Outside of a window that is not looked at the browser says it, where it
   may and the studio does not send it there by itself (push-switch). */

const LONG = 8000;
const MOST = 3;

class ToastStack extends HTMLElement {
  #waiting = [];
  #asking = false;
  #before = null;

  connectedCallback() {
    document.addEventListener("notification.created", this.#created);
    document.addEventListener("queue:told", this.#answered);
    this.addEventListener("click", this.#clicked);
    this.addEventListener("keydown", this.#pressed);
    this.addEventListener("focusin", this.#entered);
  }

  disconnectedCallback() {
    document.removeEventListener("notification.created", this.#created);
    document.removeEventListener("queue:told", this.#answered);
    this.removeEventListener("click", this.#clicked);
    this.removeEventListener("keydown", this.#pressed);
    this.removeEventListener("focusin", this.#entered);
  }

  #created = (event) => {
    const told = JSON.parse(event.detail.data);
    // What is shown here already is not told as well.
    if (location.href.includes(told.work_id)) return;
    this.#waiting.push(told.notification_id);
    // Of many at once the last ones.
    this.#waiting.splice(0, this.#waiting.length - MOST);
    this.#ask();
  };

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let id = this.#waiting.shift(); id && this.isConnected; id = this.#waiting.shift()) {
        const answer = await fetch(`/queue/told/${id}`, { headers: { "HX-Request": "true" } });
        if (answer.status === 200) this.#put(await answer.text());
      }
    } catch {
      // The bell has it all the same.
    } finally {
      this.#asking = false;
    }
  }

  #put(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const toast = template.content.querySelector(".news");
    const { batch } = toast.dataset;
    if (batch && location.pathname.startsWith(`/batches/${batch}`)) return;
    // Of a batch there is one, the last.
    this.#add(toast, batch && this.querySelector(`.news[data-batch="${batch}"]`));
    this.#tellOutside(toast);
  }

  #answered = ({ detail }) => {
    const toast = this.querySelector("template").content.cloneNode(true).firstElementChild;
    toast.querySelector(".news-told").textContent = detail.words;
    this.#add(toast, this.querySelector(".news-answer"));
  };

  /* In the place of `old`, if there is one, or of one that has left, lest they grow out of sight;
     else beyond the others, none of which moves. */
  #add(toast, old) {
    const others = this.#shown();
    const oldest = others.length >= MOST && others[0];
    const left = old || oldest || this.querySelector(".news-left");
    if (left) left.replaceWith(toast);
    else this.append(toast);
    const leave = () => {
      if (!toast.isConnected) return;
      // Whoever is at it is not hurried.
      if (this.matches(":hover, :focus-within") || document.hidden) setTimeout(leave, LONG / 4);
      else {
        toast.classList.add("news-left");
        this.#clear();
      }
    };
    setTimeout(leave, LONG);
  }

  #shown() {
    return [...this.querySelectorAll(".news:not(.news-left)")];
  }

  /* The places of those that have left are kept until all have. */
  #clear() {
    if (this.#shown().length === 0) for (const one of this.querySelectorAll(".news")) one.remove();
  }

  #tellOutside(toast) {
    const sent = localStorage.getItem("browser");
    if (!document.hidden || sent || window.Notification?.permission !== "granted") return;
    try {
      const notice = new Notification(toast.querySelector(".news-title").textContent, {
        body: toast.querySelector(".news-message").textContent,
        // From however many windows, it is shown once.
        tag: toast.id,
      });
      notice.onclick = () => {
        window.focus();
        location.assign(toast.querySelector("a").href);
      };
    } catch {
      // Phones only show what a service worker shows.
    }
  }

  #clicked = (event) => {
    if (event.target.closest(".news-close")) this.#dismiss(event.target.closest(".news"));
  };

  #pressed = (event) => {
    const toast = event.target.closest(".news");
    if (event.key !== "Escape" || !toast) return;
    event.preventDefault();
    this.#dismiss(toast);
  };

  #entered = (event) => {
    if (!this.contains(event.relatedTarget)) this.#before = event.relatedTarget;
  };

  #dismiss(toast) {
    const focused = toast.contains(document.activeElement);
    toast.remove();
    this.#clear();
    if (!focused) return;
    const back = this.#before?.isConnected ? this.#before : document.getElementById("main");
    (this.#shown()[0]?.querySelector(".news-close") ?? back)?.focus();
  }
}

customElements.define("toast-stack", ToastStack);
