/* Shows what was done to one's works in another window: stars given, works thrown away and put back.
   A work that comes in is fetched from the page that is shown, which says how it hangs there. */

class InStep extends HTMLElement {
  #told = Promise.resolve();

  connectedCallback() {
    document.body.addEventListener("gallery.changed", this.#heard);
  }

  disconnectedCallback() {
    document.body.removeEventListener("gallery.changed", this.#heard);
  }

  /* One after another, as they were done. */
  #heard = ({ detail }) => {
    const { works, stars, trashed } = JSON.parse(detail.data);
    this.#told = this.#told
      .then(() => (trashed === undefined ? star(works, stars) : this.#hang(works, trashed)))
      .catch((error) => console.error(error));
  };

  async #hang(works, trashed) {
    const wall = document.querySelector("picture-wall");
    if (!wall) return;
    // What is being done here is shown by the wall itself.
    while (wall.ariaBusy === "true") await new Promise((done) => setTimeout(done, 50));
    const inTrash = below().pathname === "/gallery/trash";
    for (const id of works) {
      const here = hung(wall, id);
      if (trashed === inTrash) {
        if (!here) await this.#bring(wall, id);
      } else if (here) take(here);
    }
  }

  /* In the place of its age, if so far down is shown already. */
  async #bring(wall, id) {
    const next = [...wall.querySelectorAll(".hung")].find((one) => one.dataset.work < id);
    const older = wall.querySelector("#library-more");
    if (!next && older) return;
    const address = below();
    address.searchParams.delete("month");
    address.searchParams.delete("after");
    address.searchParams.set("before", above(id));
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    const one = hung(read, id);
    if (!one || hung(wall, id)) return;
    const list = next?.parentElement ?? [...wall.querySelectorAll(".cards")].at(-1);
    list.insertBefore(document.adoptNode(one), next ?? null);
    htmx.process(one);
  }
}

function star(works, stars) {
  for (const id of works) {
    for (const one of document.querySelectorAll(`[data-work="${id}"]`)) {
      one.show?.(stars);
      if (one.matches(".hung")) one.classList.toggle("hung-starred", stars > 0);
    }
  }
}

/* Where the wall is, a work that is open over it apart. */
const below = () => new URL(document.documentElement.dataset.covered ?? location.href);

const hung = (wall, id) => wall.querySelector(`.hung[data-work="${id}"]`);

/* Whoever was there by keyboard goes on beside it. */
function take(one) {
  const beside = one.nextElementSibling ?? one.previousElementSibling;
  const focused = one.contains(document.activeElement);
  one.remove();
  if (focused) beside?.querySelector("a")?.focus();
}

/* The id that is next above, as a bound that the work itself is below. */
function above(id) {
  const next = (BigInt(`0x${id.replaceAll("-", "")}`) + 1n).toString(16).padStart(32, "0");
  return next.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

customElements.define("in-step", InStep);
