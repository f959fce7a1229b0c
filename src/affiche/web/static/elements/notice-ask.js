/* Offers to say outside of the window, too, what became of one's works; not where that is settled. */

class NoticeAsk extends HTMLElement {
  connectedCallback() {
    const open = window.Notification?.permission === "default" && !localStorage.getItem("browser");
    this.querySelector("button").hidden = !open;
    this.addEventListener("click", this.#ask);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#ask);
  }

  #ask = async () => {
    await Notification.requestPermission();
    this.querySelector("button").hidden = true;
  };
}

customElements.define("notice-ask", NoticeAsk);
