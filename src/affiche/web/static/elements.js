/* Fetches the module of a custom element when the first of its kind comes into the page. Those that
   the page began with are named in its head. Modules that are no elements live in modules/. */

const asked = new Set();

async function bring(name) {
  if (asked.has(name) || name.startsWith("hx-")) return;
  asked.add(name);
  try {
    await import(`./elements/${name}.js`);
  } catch (error) {
    // The connection may be back for the next one.
    asked.delete(name);
    console.error(error);
  }
}

function look(root) {
  if (root.matches(":not(:defined)")) bring(root.localName);
  for (const element of root.querySelectorAll(":not(:defined)")) bring(element.localName);
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node instanceof Element) look(node);
  }
}).observe(document.body, { childList: true, subtree: true });
look(document.body);
