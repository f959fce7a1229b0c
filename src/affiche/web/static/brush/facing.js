/* Puts the focus on the canvas; where panes are tabs, after the one in which it stands is shown. */

export function face(canvas) {
  document.dispatchEvent(new CustomEvent("pane:show", { detail: { pane: "picture" } }));
  canvas.focus();
}
