// The list of pages. Only visible rows are in the document; rows are requested when they are scrolled into view.

import * as api from "/assets/api.js";
import { announce, button, choice, h } from "/assets/dom.js";
import { t, when } from "/assets/translations.js";

/** Height of a row, px; must agree with list.css. */
const ROW = 44;
/** Rows per request. */
const PIECE = 100;
/** Milliseconds between requests while the server still reads the folder. */
const GROWING = 700;

const SHOWS = ["all", "open", "low", "warnings", "changed", "done"];
const SORTS = ["name", "doubt", "warnings", "latest"];

/** Shows the list and returns a function that closes it. */
export function showList(view, app) {
  const list = new List(app);
  view.replaceChildren(list.element);
  list.ask(true);
  return () => list.close();
}

class List {
  constructor(app) {
    this.app = app;
    this.pieces = new Map();
    this.matching = 0;
    this.counts = {};
    this.chosen = app.row ?? 0;
    this.filters = h("div", { class: "filters", role: "group", "aria-label": t("show") });
    this.search = h("input", { type: "search", value: app.question.find, placeholder: t("find"), "aria-label": t("find"), oninput: () => this.searched() });
    this.progress = h("div", { class: "progress", role: "status" });
    this.body = h("div", { class: "rows", role: "presentation" });
    this.scroller = h("div", { class: "scroller", role: "rowgroup", tabindex: "0", "aria-label": t("list"), onscroll: () => this.draw() }, this.body);
    this.table = h("div", { class: "table", role: "table", "aria-label": t("list") }, this.head(), this.scroller);
    this.element = h("div", { class: "list" }, this.bar(),
      h("main", {}, h("div", { class: "controls" }, this.filters, h("span", { class: "space" }), this.search,
        choice(t("sort"), app.question.sort, SORTS.map((s) => [s, t(`sort.${s}`)]), (sort) => this.change({ sort }))), this.table));
    this.keys = (e) => this.key(e);
    document.addEventListener("keydown", this.keys);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.scroller);
  }

  bar() {
    const { session } = this.app;
    return h("header", { class: "bar" }, h("span", { class: "logo", lang: "ja", "aria-hidden": "true" }, "電信"),
      h("h1", {}, session.title || t("title")), this.progress, h("span", { class: "space" }),
      button(`${t("reviewer")}: ${this.app.name() || "…"}`, () => this.app.rename(), { class: "quiet", title: t("rename") }),
      button(t("language"), () => this.app.switchLanguage(), { class: "quiet", lang: t("language") === "English" ? "en" : "ja" }));
  }

  head() {
    const names = ["page", "subject", "doubt", "warnings", "marks", "state"];
    return h("div", { class: "head", role: "rowgroup" }, h("div", { class: "row", role: "row" }, names.map((n) => h("span", { role: "columnheader", class: `col-${n}` }, t(`column.${n}`)))));
  }

  close() {
    document.removeEventListener("keydown", this.keys);
    this.resized.disconnect();
    this.asking?.abort();
    clearTimeout(this.timer);
    clearTimeout(this.pause);
  }

  change(values) {
    Object.assign(this.app.question, values);
    this.chosen = 0;
    this.ask(true);
    this.scroller.scrollTop = 0;
  }

  searched() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.change({ find: this.search.value }), 150);
  }

  /** Requests the visible rows again. */
  async ask(anew = false) {
    if (anew) this.asking?.abort();
    this.asking = new AbortController();
    const first = Math.floor(Math.max(0, anew ? this.chosen * ROW : this.scroller.scrollTop) / ROW / PIECE);
    try {
      const answer = await this.fetch(first, this.asking.signal);
      this.pieces.clear();
      this.take(first, answer);
      if (anew) this.scroller.scrollTop = Math.max(0, this.chosen * ROW - this.scroller.clientHeight / 2);
      this.draw();
      clearTimeout(this.timer);
      if (answer.growing) this.timer = setTimeout(() => this.ask(), GROWING);
    } catch (error) { if (error.name !== "AbortError") announce(error.message, "error"); }
  }

  fetch(piece, signal) { return api.pages({ ...this.app.question, offset: piece * PIECE, limit: PIECE }, signal); }

  take(piece, answer) {
    this.pieces.set(piece, answer.pages);
    Object.assign(this, { matching: answer.matching, counts: answer.counts, growing: answer.growing, unreadable: answer.unreadable });
    this.body.style.height = `${this.matching * ROW}px`;
    this.table.setAttribute("aria-rowcount", this.matching + 1);
    this.drawControls();
  }

  drawControls() {
    const { counts, app } = this;
    this.filters.replaceChildren(...SHOWS.map((show) => button([t(`show.${show}`), h("b", {}, counts[show] ?? 0)], () => this.change({ show }), { "aria-pressed": app.question.show === show ? "true" : "false" })));
    const bar = h("progress", { max: counts.all || 1, value: counts.done, "aria-label": t("show.done") });
    const notes = [t("progress", counts)];
    if (this.growing) notes.push(t("growing"));
    if (this.unreadable.length) notes.push(t("unreadable", { n: this.unreadable.length }));
    this.progress.title = this.unreadable.map(([name, why]) => `${name}: ${why}`).join("\n");
    this.progress.replaceChildren(bar, notes.join(" · "));
  }

  draw() {
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW) - 6);
    const last = Math.min(this.matching, first + Math.ceil(this.scroller.clientHeight / ROW) + 12);
    const rows = [];
    for (let i = first; i < last; i += 1) rows.push(this.row(i));
    const focused = this.body.contains(document.activeElement);
    this.body.replaceChildren(...(rows.length || this.growing ? rows : [h("div", { role: "row", class: "none" }, h("span", { role: "cell" }, t("none")))]));
    if (focused) this.body.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
  }

  row(i) {
    const piece = Math.floor(i / PIECE);
    const entry = this.pieces.get(piece)?.[i % PIECE];
    if (!entry && !this.pieces.has(piece)) {
      this.pieces.set(piece, []);
      this.fetch(piece).then((answer) => { this.take(piece, answer); this.draw(); }).catch((e) => { this.pieces.delete(piece); announce(e.message, "error"); });
    }
    const row = h("div", { class: `row${i === this.chosen ? " chosen" : ""}`, role: "row", "aria-rowindex": i + 2 }, entry ? this.cells(entry, i) : h("span", { role: "cell" }, "…"));
    row.style.top = `${i * ROW}px`;
    if (entry) row.addEventListener("click", () => this.open(i));
    return row;
  }

  cells(entry, i) {
    const cell = (name, ...children) => h("span", { role: "cell", class: `col-${name}` }, children);
    const share = entry.doubtful / Math.max(1, entry.characters);
    const meter = h("span", { class: `meter${share > 0.05 ? " high" : ""}`, "aria-hidden": "true" });
    meter.style.setProperty("--share", `${Math.min(100, share * 500)}%`);
    const link = h("a", { href: `#/page/${entry.id}`, tabindex: i === this.chosen ? "0" : "-1" }, entry.name);
    const number = entry.number ? t("number", { n: entry.number }) : "";
    return [
      cell("page", link), cell("subject", h("b", {}, number), h("span", { lang: "ja" }, entry.subject ?? "")),
      cell("doubt", meter, t("of", { n: entry.doubtful, all: entry.characters })),
      cell("warnings", entry.warnings ? h("span", { class: "warn" }, `${entry.warnings}`) : "–"),
      cell("marks", t("marks", { s: entry.stamps, x: entry.redactions })), cell("state", this.stateOf(entry.review)),
    ];
  }

  stateOf({ done, changes, by, at, damaged }) {
    const title = damaged ?? (by ? t("saved.by", { by, at: when(at) }) : "");
    const badge = (kind, words) => h("span", { class: `badge ${kind}`, title }, words);
    if (damaged) return badge("damaged", t("state.damaged"));
    const parts = [];
    if (done) parts.push(badge("done", `✓ ${t("state.done")}`));
    if (changes) parts.push(badge("changed", t("state.changed", { n: changes })));
    return parts.length ? parts : badge("open", t("state.open"));
  }

  open(i) {
    const entry = this.pieces.get(Math.floor(i / PIECE))?.[i % PIECE];
    this.app.row = i;
    if (entry) this.app.go(`#/page/${entry.id}`);
  }

  key(event) {
    if (document.querySelector("dialog[open]") || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const typing = event.target.closest("input, select, textarea");
    if (typing && !(event.key === "ArrowDown" && typing === this.search) && event.key !== "Escape") return;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -this.matching, End: this.matching };
    if (event.key in steps) this.move(steps[event.key]);
    else if (event.key === "Enter" && !event.target.closest("button, a")) this.open(this.chosen);
    else if (event.key === "/") this.search.focus();
    else if (event.key === "Escape") this.move(0);
    else if (/^[1-6]$/.test(event.key)) this.change({ show: SHOWS[Number(event.key) - 1] });
    else return;
    event.preventDefault();
  }

  move(step) {
    this.chosen = Math.min(Math.max(0, this.chosen + step), Math.max(0, this.matching - 1));
    const top = this.chosen * ROW;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    if (top + ROW > this.scroller.scrollTop + this.scroller.clientHeight) this.scroller.scrollTop = top + ROW - this.scroller.clientHeight;
    this.draw();
    this.body.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
  }
}
