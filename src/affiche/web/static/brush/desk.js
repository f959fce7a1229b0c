/* The controls around the canvas: what is pressed is told, what changed is shown. */

export class Desk {
  /* `does(name, value)` hears each button by its `data-do`, and "size" and "feather" with a number. */
  constructor(room, words, does, signal) {
    this.room = room;
    this.words = words;
    room.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) does(button.dataset.do);
    }, { signal });
    room.addEventListener("input", (event) => {
      const { range } = event.target.dataset;
      if (range) does(range, Number(event.target.value));
    }, { signal });
    // Within a form, Enter in a range would send it.
    room.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.dataset.range) event.preventDefault();
    }, { signal });
  }

  find(part) { return this.room.querySelector(`.brush-${part}`); }

  /* Which of the buttons that exclude one another holds. */
  press(name, others) {
    for (const each of others) {
      this.#button(each).setAttribute("aria-pressed", String(each === name));
    }
  }

  /* Not `disabled`: that would throw the focus off the button that was just pressed. */
  allow(name, allowed) {
    this.#button(name).setAttribute("aria-disabled", String(!allowed));
  }

  set(range, value, most) {
    const control = this.room.querySelector(`[data-range="${range}"]`);
    if (!control) return;
    if (most) control.max = most;
    control.value = value;
    const said = this.say("pixels", { n: value });
    control.setAttribute("aria-valuetext", said);
    control.parentElement.querySelector(".brush-number").textContent = said;
  }

  show(part, shown) { this.find(part).hidden = !shown; }

  say(key, values = {}) {
    return this.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  /* Of `share`, a part of 1. */
  percent(share) {
    return share > 0 && share < 0.01 ? "<1" : Math.round(100 * share);
  }

  /* For all to see, and spoken. */
  tell(words) {
    this.find("status").textContent = words;
  }

  /* Spoken alone: what eyes see on the canvas. */
  announce(words) {
    this.find("announcement").textContent = words;
  }

  /* What is wrong stands below the field, where it does for every field. */
  complain(words) {
    const field = this.room.closest(".field");
    const problem = field.querySelector(".problem");
    field.classList.toggle("field-wrong", Boolean(words));
    problem.hidden = !words;
    problem.querySelector("span").textContent = words ?? "";
    if (words) this.tell("");
  }

  #button(name) { return this.room.querySelector(`[data-do="${name}"]`); }
}
