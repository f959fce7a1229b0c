/* A mask that is painted over another picture of the form, and sent ahead as a PNG of that picture's
   size. The form carries the id of the file that the studio holds, and waits for it. Without scripts
   a mask is a file like any other. */

import { Delivery, Refused } from "../brush/delivery.js";
import { Desk } from "../brush/desk.js";
import { Easel } from "../brush/easel.js";
import { face } from "../brush/facing.js";
import { Feather } from "../brush/feather.js";
import { Gate } from "../brush/gate.js";
import { Hands } from "../brush/hands.js";
import { Keys } from "../brush/keys.js";
import { liesOn, opened } from "../brush/laying.js";
import { png } from "../brush/png.js";
import { rendered } from "../brush/strips.js";
import { Target } from "../brush/target.js";

class MaskBrush extends HTMLElement {
  #size = null; // of the picture that the mask was painted on
  #laying = null;
  #mine = "";

  connectedCallback() {
    this.toggleAttribute("data-plain", !("CompressionStream" in window));
    if (this.hasAttribute("data-plain")) return;
    const { words, address, feather, featherDefault } = this.dataset;
    this.life = new AbortController();
    const { signal } = this.life;
    this.form = this.#held.form;
    this.canvas = this.querySelector("canvas");
    const act = (name, value) => this.#do(name, value);
    this.desk = new Desk(this, JSON.parse(words), act, signal);
    this.easel = new Easel(this.canvas, () => this.#changed());
    this.delivery = new Delivery(address, () => this.#made(), (...how) => this.#told(...how));
    this.keys = new Keys(this.canvas, this.easel, this.desk, act, signal);
    this.hands = new Hands(this.canvas, this.easel, () => this.keys.grip, signal);
    const send = () => this.delivery.flush();
    this.gate = new Gate(this.form, () => this.#isDue(), send, () => face(this.canvas));
    const soften = (pixels) => this.#soften(pixels);
    this.feather = new Feather(this.form, feather, featherDefault, soften);
    this.target = new Target(this.#drop, (picture) => this.#targeted(picture));
    this.observer = new MutationObserver(() => this.#recall());
    this.observer.observe(this.#held, { attributeFilter: ["value"] });
    this.#file.addEventListener("change", () => this.#laid(this.#file.files[0]), { signal });
    this.#file.addEventListener("focus", () => this.canvas.focus(), { signal });
    document.addEventListener("htmx:after:swap", () => this.#swapped(), { signal });
    this.#refresh();
  }

  disconnectedCallback() {
    if (!this.easel) return;
    this.life.abort();
    this.observer.disconnect();
    for (const part of [this.gate, this.feather, this.target, this.easel.stage]) part.stop();
    this.delivery.settle();
  }

  get #file() { return this.querySelector(".brush-file"); }
  get #held() { return this.querySelector(".drop-held"); }
  get #drop() {
    const field = this.form.querySelector(`#${CSS.escape(this.dataset.target)}`);
    return field.closest("picture-drop");
  }

  /* The studio's id of the mask, for whoever keeps what was filled in; "" while there is none. */
  get value() { return this.#held.value; }
  set value(id) { this.#held.value = id; }

  #keep(id) {
    this.#mine = id;
    this.#held.value = id;
    this.#held.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #do(name, value) {
    const { easel, desk } = this;
    const done = {
      brush: () => this.#take(false),
      eraser: () => this.#take(true),
      size: () => this.#resize(() => easel.pen.set(value)),
      grow: () => this.#resize(() => easel.pen.grow()),
      shrink: () => this.#resize(() => easel.pen.shrink()),
      feather: () => { this.feather.pixels = value; },
      undo: () => desk.announce(desk.say(easel.undo() ? "undone" : "nothing_to_undo")),
      redo: () => desk.announce(desk.say(easel.redo() ? "redone" : "nothing_to_redo")),
      invert: () => this.#step({ kind: "invert" }, "inverted"),
      clear: () => this.#step({ kind: "clear" }, "cleared"),
      overlay: () => this.#view("overlay"),
      mask: () => this.#view("mask"),
      view: () => this.#view(easel.stage.mode === "mask" ? "overlay" : "mask"),
      import: () => this.#file.click(),
      again: () => this.delivery.flush(),
      keep: () => this.#answered(),
      anew: () => { this.#answered(); this.#do("clear"); },
    };
    if (done[name]) done[name]();
    else easel[name]();
    this.#refresh();
  }

  #step(step, said) {
    if (!this.easel.isReady) return;
    this.easel.add(step);
    this.desk.announce(this.desk.say(said, { percent: this.desk.percent(this.easel.stage.covered) }));
  }

  #take(erases) {
    this.easel.pen.erases = erases;
    this.desk.announce(this.desk.say(erases ? "eraser" : "brush"));
  }

  #resize(change) {
    change();
    if (this.easel.hasCursor) this.easel.mark();
    this.desk.announce(this.desk.say("size", { n: this.easel.pen.size }));
  }

  #view(mode) {
    this.easel.stage.mode = mode;
    this.easel.stage.soften();
    this.desk.announce(this.desk.say(`${mode}_view`));
  }

  #soften(pixels) {
    this.desk.set("feather", pixels);
    if (this.easel.stage.feather === pixels) return;
    this.easel.stage.feather = pixels;
    this.easel.stage.soften();
  }

  #changed() {
    this.#size = this.easel.size ?? this.#size;
    this.desk.complain(null);
    this.delivery.changed();
    this.#refresh();
  }

  #refresh() {
    const { easel, desk } = this;
    this.toggleAttribute("data-ready", easel.isReady);
    desk.press(easel.pen.erases ? "eraser" : "brush", ["brush", "eraser"]);
    desk.press(easel.stage.mode, ["overlay", "mask"]);
    desk.allow("undo", easel.history.canUndo);
    desk.allow("redo", easel.history.canRedo);
    if (easel.isReady) desk.set("size", easel.pen.size, easel.pen.most);
  }

  /* Another picture is painted over, or none. */
  #targeted(picture) {
    const before = this.#size;
    this.easel.show(picture);
    this.#refresh();
    const { width, height } = this.easel.size ?? {};
    this.canvas.parentElement.style.aspectRatio = picture ? `${width} / ${height}` : "";
    if (!picture) return;
    this.#size = this.easel.size;
    if (this.#laying) this.#laid(this.#laying);
    else if (!this.easel.isBlank) this.#retargeted(before);
    else this.#recall();
  }

  #retargeted(before) {
    if (before && liesOn(before, this.easel.size)) {
      this.desk.show("offer", true);
      this.delivery.changed();
    } else {
      this.#forget();
      this.desk.tell(this.desk.say("other_shape"));
    }
  }

  #forget() {
    this.easel.history.forget();
    this.easel.stage.repaint([]);
    this.delivery.settle();
    this.#answered();
    this.#keep("");
    this.#refresh();
  }

  #answered() {
    const asked = this.desk.find("offer").contains(document.activeElement);
    this.desk.show("offer", false);
    if (asked) this.canvas.focus();
  }

  /* A mask that the studio holds already, from before or from elsewhere. */
  async #recall() {
    const id = this.value;
    if (!id || id === this.#mine || !this.easel.isReady) return;
    this.#mine = id;
    const answer = await fetch(`/v1/files/${encodeURIComponent(id)}`).catch(() => null);
    if (this.value !== id) return;
    if (!answer?.ok) this.desk.tell(this.desk.say("unseen"));
    else if (await this.#lay(await answer.blob())) this.delivery.settle();
  }

  /* A file that was chosen; before there is a picture to lay it on it waits, and goes with the form. */
  async #laid(file) {
    this.#laying = file;
    if (!file || !this.easel.isReady) return;
    this.#laying = null;
    this.#file.value = "";
    await this.#lay(file);
  }

  /* Whether it could be laid on the picture. */
  async #lay(file) {
    const { desk, easel } = this;
    const { bits, wrong, about } = await opened(file, easel.size);
    if (wrong) desk.complain(desk.say(wrong, about));
    if (wrong || !easel.isReady) return false;
    easel.add({ kind: "laid", bits });
    desk.announce(desk.say("imported", { percent: desk.percent(easel.stage.covered) }));
    return true;
  }

  async #made() {
    const bits = await rendered(this.easel.steps, this.easel.size);
    const wrong = bits.isFull ? this.desk.say("full") : null;
    if (bits.isEmpty || wrong) this.#keep("");
    if (wrong) throw new Refused(wrong);
    return bits.isEmpty ? null : png(bits);
  }

  #told(state, detail) {
    const { desk } = this;
    desk.show("again", state === "failed" && !(detail instanceof Refused));
    if (state === "sending") desk.tell(desk.say("sending"));
    else if (state === "failed" && detail instanceof Refused) desk.complain(detail.message);
    else if (state === "failed") desk.tell(desk.say("failed"));
    else if (detail) {
      this.#keep(detail.id);
      desk.tell(desk.say("held", { percent: desk.percent(this.easel.stage.covered), ...detail }));
    } else desk.tell(desk.say("blank"));
  }

  #isDue() {
    this.easel.lift();
    return this.easel.isReady && this.delivery.isDue;
  }

  /* The form came back: what is wrong first has the focus. */
  #swapped() {
    this.#soften(this.feather.pixels);
    if (document.querySelector(".field-wrong") === this.closest(".field")) face(this.canvas);
  }
}

customElements.define("mask-brush", MaskBrush);
