/* Buttons that copy: their value as text, or the picture at `data-picture` as PNG, which is what every
   program takes from a clipboard. */

class CopyWork extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      try {
        await (button.dataset.picture ? copyPicture(button.dataset.picture) : copyText(button.value));
        this.#say(this.dataset.copied);
      } catch {
        this.#say(this.dataset.failed);
      }
    });
  }

  #say(words) {
    const said = this.querySelector("[role=status]");
    said.textContent = words;
    setTimeout(() => { said.textContent = ""; }, 4000);
  }
}

/* Browsers ask that the clipboard be written while the click still counts: the picture may follow. */
async function copyPicture(address) {
  const item = new ClipboardItem({ "image/png": png(address) });
  await navigator.clipboard.write([item]);
}

async function png(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const picture = await answer.blob();
  if (picture.type === "image/png") return picture;
  const drawn = await createImageBitmap(picture);
  const canvas = new OffscreenCanvas(drawn.width, drawn.height);
  canvas.getContext("2d").drawImage(drawn, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

/* The clipboard is there on https and on this machine alone. */
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  // Within an open dialog nothing outside of it takes the focus.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

customElements.define("copy-work", CopyWork);
