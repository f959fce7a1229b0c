/* Buttons that choose how the element they are for shows itself. */

class ViewSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const chosen = event.target.closest("button");
      const shown = document.getElementById(this.dataset.for);
      if (!chosen || !shown) return;
      shown.dataset.view = chosen.dataset.view;
      for (const button of this.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button === chosen));
      }
    });
  }
}

customElements.define("view-switch", ViewSwitch);
