/* Says that the studio cannot be reached while that is so, and has it looked for again: whatever is
   live on the page is read anew once the stream of signals stands. `data-lost` says that what is
   shown may be old, `data-unsent` that nobody answered to what was sent. */

const PATIENCE = 1500;
const PAUSES = [1000, 2000, 5000, 10000];
const AWAY = [502, 503, 504];

class ConnectionWatch extends HTMLElement {
  #listening;
  #patience;
  #search;
  #tries = 0;

  connectedCallback() {
    this.#listening = new AbortController();
    const heard = { signal: this.#listening.signal };
    document.addEventListener("htmx:sse:after:connection", this.#found, heard);
    document.addEventListener("htmx:sse:error", this.#missed, heard);
    document.addEventListener("htmx:error", this.#unanswered, heard);
    document.addEventListener("htmx:before:response", this.#judge, heard);
    window.addEventListener("offline", () => this.#say("lost"), heard);
    window.addEventListener("online", this.#renew, heard);
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearTimeout(this.#patience);
    clearTimeout(this.#search);
  }

  #found = () => {
    clearTimeout(this.#patience);
    clearTimeout(this.#search);
    this.#patience = this.#search = undefined;
    this.#tries = 0;
    this.#unsay("lost");
  };

  /* A stream that is only exchanged for a new one is nobody's concern. */
  #missed = ({ detail }) => {
    if (detail.status !== 401) this.#doubt();
  };

  #unanswered = ({ detail: { ctx, error } }) => {
    if (!ctx || !["TypeError", "AbortError"].includes(error?.name)) return;
    if (ctx.sourceElement.id === "signals") this.#seek();
    else this.#renew();
    if (ctx.request.method === "GET") this.#doubt();
    else this.#say("unsent");
  };

  /* What is not the studio's own answer is not put in the place of what is there. */
  #judge = (event) => {
    const { ctx } = event.detail;
    const { status, headers } = ctx.response.raw;
    const isStream = ctx.sourceElement.id === "signals";
    if (isStream && status !== 200 && status !== 401) {
      event.preventDefault();
      this.#doubt();
      this.#seek();
    } else if (AWAY.includes(status) && !headers.has("X-Request-Id")) {
      event.preventDefault();
      if (ctx.request.method === "GET") this.#doubt();
      else this.#say("unsent");
      this.#renew();
    } else if (status < 400 && ctx.request.method !== "GET") {
      this.#unsay("unsent");
    }
  };

  #doubt() {
    this.#patience ??= setTimeout(() => this.#say("lost"), PATIENCE);
  }

  /* A stream may seem to stand though nothing comes through it any more. */
  #renew = () => {
    const stream = document.getElementById("signals")?._htmx?.sse;
    if (!stream) {
      clearTimeout(this.#search);
      this.#search = undefined;
      this.#tries = 0;
      this.#seek();
    } else if (stream.reader) stream.reader.cancel();
    else stream.delayCanceller?.();
  };

  /* The stream that never stood is nobody's to take up again but ours. */
  #seek() {
    if (this.#search) return;
    const pause = PAUSES[Math.min(this.#tries++, PAUSES.length - 1)];
    this.#search = setTimeout(() => {
      this.#search = undefined;
      const signals = document.getElementById("signals");
      if (signals) htmx.ajax("GET", signals.getAttribute("hx-sse:connect"), { source: signals });
    }, pause);
  }

  #say(what) {
    if (this.querySelector(`[data-what=${what}]`)) return;
    const line = document.createElement("p");
    line.className = "notice";
    line.dataset.what = what;
    line.textContent = this.dataset[what];
    this.append(line);
  }

  #unsay(what) {
    this.querySelector(`[data-what=${what}]`)?.remove();
  }
}

customElements.define("connection-watch", ConnectionWatch);
