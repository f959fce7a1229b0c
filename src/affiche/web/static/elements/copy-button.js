/* Copies its button's value, and says that it did. */

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      await copy(button.value);
      const said = this.querySelector("[role=status]");
      said.textContent = this.dataset.copied;
      setTimeout(() => { said.textContent = ""; }, 2000);
    });
  }
}

/* The clipboard is there on https and on this machine alone. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

customElements.define("copy-button", CopyButton);
