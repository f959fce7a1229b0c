/* What the gallery asks of the API for many works: so many at a time, and which of them were done. */

const AT_ONCE = 500;

const send = async (method, path, body) => {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer.json();
};

const forAll = async (method, path, ids, more = {}) => {
  const touched = new Set();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const works = ids.slice(from, from + AT_ONCE);
    for (const id of (await send(method, path, { works, ...more })).works) touched.add(id);
  }
  return touched;
};

/* Each gives the ids for which it was done, and throws where something was refused. */
export const star = (ids, stars) => forAll("PUT", "/v1/stars", ids, { stars });
export const toss = (ids) => forAll("POST", "/v1/trash", ids);
export const restore = (ids) => forAll("POST", "/v1/trash/restore", ids);
export const tag = (ids, tags, on) => forAll("POST", "/v1/tags", ids, { [on ? "add" : "remove"]: tags });
export const collect = (ids, collection, on) =>
  forAll("POST", `/v1/collections/${collection}/works${on ? "" : "/remove"}`, ids);

/* What there is to choose from, as [{value, words, count}]. */
export const collections = async () =>
  (await send("GET", "/v1/collections")).collections.map(({ id, name, works }) => ({
    value: id,
    words: name,
    count: works,
  }));
export const tags = async () =>
  (await send("GET", "/v1/tags")).tags.map((each) => ({ value: each, words: each }));
export const makeCollection = async (name) => {
  const made = await send("POST", "/v1/collections", { name });
  return { value: made.id, words: made.name, count: 0 };
};

/* All that the page's address finds, as {works, all}. */
export const found = async (query) => send("GET", `/gallery/found${query}`);

/* Saved by the browser, as a form of its own would be sent. */
export function download(ids) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/gallery/zip";
  form.append(
    ...ids.map((id) => Object.assign(document.createElement("input"), { type: "hidden", name: "work", value: id })),
  );
  document.body.append(form);
  form.submit();
  form.remove();
}
