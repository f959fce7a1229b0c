/* Switches messages on and off in this browser. */

class PushSwitch extends HTMLElement {
  #registration = null;
  #button = null;
  #status = null;

  async connectedCallback() {
    this.#button = this.querySelector("button");
    this.#status = this.querySelector("[role=status]");
    if (!("serviceWorker" in navigator && "PushManager" in window)) {
      this.#status.textContent = this.dataset.impossible;
      return;
    }
    this.#button.addEventListener("click", () => this.#turn());
    this.#registration = await navigator.serviceWorker.getRegistration("/push.js");
    await this.#tell();
  }

  async #subscription() {
    return this.#registration?.pushManager.getSubscription() ?? null;
  }

  /* On is what the browser and the studio both know of. */
  async #tell() {
    const on = await this.#subscription() && localStorage.getItem("browser");
    const known = on && this.dataset.browsers.split(" ").includes(on);
    this.#button.textContent = known ? this.dataset.off : this.dataset.on;
    this.#button.setAttribute("aria-pressed", String(Boolean(known)));
    this.#button.hidden = false;
  }

  async #turn() {
    this.#button.disabled = true;
    try {
      const on = this.#button.getAttribute("aria-pressed") === "true";
      await (on ? this.#off() : this.#on());
      this.#status.textContent = "";
    } catch (error) {
      const refused = error.name === "NotAllowedError";
      this.#status.textContent = refused ? this.dataset.refused : this.dataset.failed;
    } finally {
      this.#button.disabled = false;
      await this.#tell();
    }
  }

  async #on() {
    this.#registration = await navigator.serviceWorker.register("/push.js");
    await navigator.serviceWorker.ready;
    // One under another key of the studio's would be refused.
    await (await this.#subscription())?.unsubscribe();
    const subscription = await this.#registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: this.dataset.key,
    });
    const { endpoint, keys } = subscription.toJSON();
    const name = navigator.userAgentData?.brands?.at(-1)?.brand ?? navigator.userAgent;
    const answer = await fetch("/v1/notifications/browsers", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ endpoint, keys, name: name.slice(0, 300) }),
    });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const { id } = await answer.json();
    localStorage.setItem("browser", id);
    this.dataset.browsers += ` ${id}`;
  }

  async #off() {
    await (await this.#subscription())?.unsubscribe();
    const id = localStorage.getItem("browser");
    localStorage.removeItem("browser");
    if (id) await fetch(`/v1/notifications/browsers/${id}`, { method: "DELETE" });
  }
}

customElements.define("push-switch", PushSwitch);
