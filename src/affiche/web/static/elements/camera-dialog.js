/* Takes a picture with the camera of this device for a picture field. The camera is on only while the
   dialog is open. Where a page cannot have it, the device's own way to take one is asked for. */

class CameraDialog extends HTMLElement {
  #stream = null;
  #drop = null;
  #opener = null;
  #turn = 0;

  connectedCallback() {
    document.addEventListener("click", this.#opened);
    this.addEventListener("click", this.#pressed);
    this.#dialog.addEventListener("close", this.#closed);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#opened);
    this.removeEventListener("click", this.#pressed);
    this.#stop();
  }

  get #dialog() { return this.querySelector("dialog"); }
  get #video() { return this.querySelector("video"); }
  get #canvas() { return this.querySelector("canvas"); }

  #opened = (event) => {
    const button = event.target.closest("[data-camera]");
    if (!button) return;
    this.#opener = button;
    this.#drop = button.closest("picture-drop");
    if (!navigator.mediaDevices?.getUserMedia) {
      this.#drop.capture();
      return;
    }
    this.#dialog.showModal();
    this.#start();
  };

  async #start() {
    const turn = (this.#turn += 1);
    this.#look("starting");
    const video = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1440 } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      // It was closed meanwhile.
      if (turn !== this.#turn) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
      this.#look("running");
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#stop();
      const refused = ["NotAllowedError", "SecurityError"].includes(error.name);
      this.#look(refused ? "refused" : "missing");
    }
  }

  #stop() {
    this.#turn += 1;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /* "starting", "running", "taken", "refused" or "missing". */
  #look(state) {
    this.dataset.state = state;
    const shown = { running: ["take"], taken: ["again", "use"], refused: ["file"], missing: ["file"] };
    for (const button of this.querySelectorAll(".dialog-foot [data-do]")) {
      button.hidden = !(shown[state] ?? []).includes(button.dataset.do);
    }
    this.#video.hidden = state !== "running";
    this.#canvas.hidden = state !== "taken";
    this.querySelector(".camera-said").textContent = this.dataset[state] ?? "";
    const first = { taken: "use" }[state] ?? shown[state]?.[0];
    if (first) this.querySelector(`[data-do=${first}]`).focus();
  }

  #pressed = (event) => {
    const does = event.target.closest("[data-do]")?.dataset.do;
    if (does === "close") this.#dialog.close();
    if (does === "take") this.#take();
    if (does === "again") this.#look("running");
    if (does === "use") this.#use();
    if (does === "file") {
      this.#dialog.close();
      this.#drop.capture();
    }
  };

  #take() {
    const { videoWidth, videoHeight } = this.#video;
    Object.assign(this.#canvas, { width: videoWidth, height: videoHeight });
    this.#canvas.getContext("2d").drawImage(this.#video, 0, 0);
    this.#look("taken");
  }

  #use() {
    const drop = this.#drop;
    this.#canvas.toBlob((blob) => {
      this.#dialog.close();
      drop.take([new File([blob], "camera.jpg", { type: "image/jpeg" })]);
    }, "image/jpeg", 0.92);
  }

  #closed = () => {
    this.#stop();
    this.#opener?.focus();
  };
}

customElements.define("camera-dialog", CameraDialog);
