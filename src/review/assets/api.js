// Requests to the server.

/** A refused request, with its code and, for a conflict, the other person's review. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.error ?? "http";
    this.review = body?.review ?? null;
  }
}

async function ask(path, options = {}) {
  const answer = await fetch(path, { credentials: "same-origin", ...options });
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  const body = isJson ? await answer.json() : { message: await answer.text() };
  if (!answer.ok) throw new Refused(answer.status, body);
  return body;
}

const query = (question) => new URLSearchParams(question).toString();
const page = (id) => `/api/pages/${encodeURIComponent(id)}`;

export const session = () => ask("/api/session");
export const pages = (question, signal) => ask(`/api/pages?${query(question)}`, { signal });
export const open = (id) => ask(page(id));
export const neighbours = (id, question) => ask(`${page(id)}/neighbours?${query(question)}`);
export const save = (id, submission) => ask(page(id), {
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(submission),
});
export const tileUrl = (id, halvings, column, row) => `${page(id)}/tiles/${halvings}/${column}/${row}`;
export const cutUrl = (id, { degrees, left, top, width, height }) =>
  `${page(id)}/cut?${query({ degrees, left, top, width, height })}`;
export const referenceUrl = (id, ending) => `${page(id)}/reference.${ending}`;
