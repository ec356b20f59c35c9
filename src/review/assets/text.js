// The text of the page: its lines by region, columns vertical, then the marks.

import { h } from "/assets/dom.js";
import { isVertical } from "/assets/geometry.js";
import { lineOf } from "/assets/edit.js";
import { t } from "/assets/translations.js";

export class TextPane {
  constructor(state, doubtful) {
    this.state = state;
    this.doubtful = doubtful;
    this.element = h("div", {
      class: "text", role: "listbox", tabindex: "0", "aria-label": t("text"),
      onclick: (e) => this.clicked(e),
    });
    this.rows = new Map();
  }

  draw() {
    this.rows.clear();
    const { regions } = this.state;
    const groups = [];
    // Consecutive vertical regions stand side by side, as on the page.
    for (const region of regions.filter((r) => r.kind === "text")) {
      const group = this.textRegion(region);
      const last = groups.at(-1);
      if (!isVertical(region)) groups.push(group);
      else if (last?.classList.contains("run")) last.append(group);
      else groups.push(h("div", { class: "run", role: "presentation" }, group));
    }
    const marks = regions.filter((r) => r.kind !== "text" && r.kind !== "ruling");
    if (marks.length) groups.push(h("div", { class: "marks", role: "group", "aria-label": t("column.marks") }, marks.map((m) => this.mark(m))));
    this.element.replaceChildren(...groups);
    this.drawChoice();
  }

  textRegion(region) {
    const lines = region.lines.map((line) => {
      const state = this.changed(line) ? " mended" : "";
      const row = h("div", { class: `row${state}`, role: "option", id: `row-${line.id}`, "data-region": region.id, "data-line": line.id, lang: "ja" }, this.words(line));
      this.rows.set(line.id, row);
      return row;
    });
    const name = t(`role.${region.role}`);
    return h("div", { class: `group ${isVertical(region) ? "vertical" : "horizontal"} role-${region.role}`, role: "group", "aria-label": name },
      h("span", { class: "role", "aria-hidden": "true" }, name), h("div", { class: "lines", role: "presentation" }, lines));
  }

  /** The text of a line, with doubtful characters highlighted. */
  words(line) {
    if (!line.text) return [h("span", { class: "empty" }, "＿")];
    if (line.glyphs.map((g) => g.text).join("") !== line.text) return [line.text];
    const pieces = [];
    let plain = "";
    for (const glyph of line.glyphs) {
      const mark = glyph.text === "■" ? "hidden" : glyph.confidence < this.doubtful ? "doubt" : null;
      if (!mark) { plain += glyph.text; continue; }
      if (plain) pieces.push(plain);
      plain = "";
      pieces.push(h("span", { class: mark }, glyph.text));
    }
    return plain ? [...pieces, plain] : pieces;
  }

  mark(region) {
    const words = region.lines.map((l) => l.text).join(" ");
    const row = h("div", { class: `row mark ${region.kind}`, role: "option", id: `row-${region.id}`, "data-region": region.id, "data-line": region.lines[0]?.id ?? "" },
      h("span", { class: "kind" }, t(`kind.${region.kind}`)), h("span", { class: "words", lang: "ja" }, words));
    this.rows.set(region.id, row);
    return row;
  }

  changed(line) {
    const read = lineOf(this.state.machine, line.id);
    return !read || read.line.text !== line.text;
  }

  drawChoice() {
    const { choice, region } = this.state;
    const id = region?.kind === "text" ? choice.line : choice.region;
    this.element.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    const row = this.rows.get(id);
    if (!row) { this.element.removeAttribute("aria-activedescendant"); return; }
    row.setAttribute("aria-selected", "true");
    this.element.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  clicked(event) {
    const row = event.target.closest(".row");
    if (row) this.state.choose({ region: row.dataset.region, line: row.dataset.line || null });
  }
}
