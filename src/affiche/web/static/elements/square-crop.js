/* A square over a picture, to be moved and sized by mouse, pen, fingers and wheel. Its three ranges
   are what is sent, and what keys use: its size as a share of the shorter side, and where it lies in
   the room that is left, in thousandths. */

class SquareCrop extends HTMLElement {
  #held = null;

  connectedCallback() {
    this.picture = this.querySelector("img");
    this.frame = this.querySelector(".crop-frame");
    this.frame.hidden = false;
    this.frame.title = this.dataset.label;
    const stage = this.querySelector(".crop-stage");
    this.addEventListener("input", this.#draw);
    stage.addEventListener("pointerdown", this.#take);
    stage.addEventListener("pointermove", this.#move);
    stage.addEventListener("pointerup", this.#drop);
    stage.addEventListener("pointercancel", this.#drop);
    stage.addEventListener("wheel", this.#scale, { passive: false });
    this.picture.addEventListener("load", this.#draw);
    this.watcher = new ResizeObserver(this.#draw);
    this.watcher.observe(this.picture);
    this.#draw();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
  }

  #range(name) {
    return this.querySelector(`[name=${name}]`);
  }

  #share(name) {
    return this.#range(name).valueAsNumber / 1000;
  }

  #side() {
    const { clientWidth, clientHeight } = this.picture;
    return this.#share("size") * Math.min(clientWidth, clientHeight);
  }

  #draw = () => {
    const { clientWidth, clientHeight } = this.picture;
    const side = this.#side();
    this.frame.style.width = this.frame.style.height = `${side}px`;
    this.frame.style.left = `${this.#share("across") * (clientWidth - side)}px`;
    this.frame.style.top = `${this.#share("down") * (clientHeight - side)}px`;
  };

  #take = (event) => {
    if (event.button) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const { left, top, width } = this.frame.getBoundingClientRect();
    const corner = width - (event.clientX - left) < 28 && width - (event.clientY - top) < 28;
    const inside = event.clientX >= left && event.clientX <= left + width
      && event.clientY >= top && event.clientY <= top + width;
    const grip = inside
      ? { x: event.clientX - left, y: event.clientY - top }
      : { x: width / 2, y: width / 2 };
    this.#held = { ...grip, sizes: inside && corner, left, top };
    this.#move(event);
  };

  #move = (event) => {
    if (!this.#held) return;
    const box = this.picture.getBoundingClientRect();
    const room = Math.min(box.width, box.height);
    if (this.#held.sizes) {
      const { left, top } = this.#held;
      const fits = Math.min(box.right - left, box.bottom - top);
      const side = Math.min(fits, Math.max(event.clientX - left, event.clientY - top));
      this.#range("size").value = (side / room) * 1000;
      this.#place(left - box.left, top - box.top);
    } else {
      this.#place(event.clientX - this.#held.x - box.left, event.clientY - this.#held.y - box.top);
    }
    this.#draw();
  };

  #place(left, top) {
    const { clientWidth, clientHeight } = this.picture;
    const side = this.#side();
    const share = (at, room) => (room > 0 ? (1000 * at) / room : 500);
    this.#range("across").value = share(left, clientWidth - side);
    this.#range("down").value = share(top, clientHeight - side);
  }

  #drop = () => {
    this.#held = null;
  };

  #scale = (event) => {
    event.preventDefault();
    const size = this.#range("size");
    size.value = size.valueAsNumber * (event.deltaY < 0 ? 1.06 : 0.94);
    this.#draw();
  };
}

customElements.define("square-crop", SquareCrop);
