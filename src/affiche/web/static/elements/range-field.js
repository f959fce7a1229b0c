/* A range to drag beside the number it stands for; the number is what is sent. */

class RangeField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", (event) => {
      const [range, number] = this.querySelectorAll("input");
      if (event.target === range) number.value = range.value;
      else range.value = number.value;
    });
  }
}

customElements.define("range-field", RangeField);
