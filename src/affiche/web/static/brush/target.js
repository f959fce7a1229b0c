/* The picture that is painted over: what another field of the form shows, and each new one. */

export class Target {
  #drop;
  #known = { address: null, id: "" };
  #turn = 0;
  #loaded = false;
  #observer = new MutationObserver(() => this.#look());

  /* `changed(picture)` hears each picture once it can be drawn, and null when there is none. */
  constructor(drop, changed) {
    this.#drop = drop;
    this.changed = changed;
    const about = { subtree: true, attributes: true, attributeFilter: ["src", "value", "hidden"] };
    this.#observer.observe(drop, about);
    this.#look();
  }

  stop() { this.#observer.disconnect(); }

  /* It has one address while it is only in the browser and another once the studio holds it: of
     the two one stays the same when the other changes. */
  #look() {
    const shown = this.#drop.querySelector(".drop-picture");
    const { address, id } = this.#known;
    this.#known = {
      address: shown.hidden ? null : shown.src,
      id: this.#drop.querySelector(".drop-held").value,
    };
    const same = this.#known.address === address || (id && this.#known.id === id);
    if (!same) this.#turn += 1;
    if (!same || (!this.#loaded && this.#known.id && !id)) this.#load();
  }

  async #load() {
    const turn = this.#turn;
    const { address, id } = this.#known;
    this.#loaded = false;
    if (!address) {
      this.changed(null);
      return;
    }
    const picture = await decoded(address) ?? (id ? await decoded(`/v1/files/${id}`) : null);
    if (turn !== this.#turn || !picture || this.#loaded) return;
    this.#loaded = true;
    this.changed(picture);
  }
}

/* null for what this browser cannot show; as the studio keeps it, it can. */
async function decoded(address) {
  const picture = new Image();
  picture.src = address;
  try {
    await picture.decode();
  } catch {
    return null;
  }
  return picture;
}
