/* How the tags and the collections of cards on the wall are chosen in a `<label-picker>`. */

import * as calls from "./calls.js";

const alike = {
  tags: (a, b) => a.toLowerCase() === b.toLowerCase(),
  collections: (a, b) => a === b,
};

/* `name`: "tags" or "collections"; `cards`: those that hang, which say what they have; `ids`: all
   that are meant, which may be more. */
export function asking(name, cards, ids, about) {
  const same = alike[name];
  const held = (card) => JSON.parse(card.dataset[name]);
  const has = (card, value) => held(card).some((each) => same(each, value));
  const change = name === "tags" ? (value, on) => calls.tag(ids, [value], on)
    : (value, on) => calls.collect(ids, value, on);
  return {
    about,
    labels: calls[name],
    holds: (value) => cards.filter((card) => has(card, value)).length / cards.length,
    make: name === "tags" ? async (words) => ({ value: words, words }) : calls.makeCollection,
    async put(value, on) {
      const touched = await change(value, on);
      for (const card of cards.filter((each) => touched.has(each.dataset.work))) {
        const rest = held(card).filter((each) => !same(each, value));
        card.dataset[name] = JSON.stringify(on ? [...rest, value] : rest);
      }
      if (touched.size < ids.length) throw new Error("some were left out");
    },
  };
}
