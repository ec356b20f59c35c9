// The line editor: the selected line beside its image. Typed text is committed after a pause, on Enter, and when the
// line loses the focus, but never while an input method is composing.

import { cutUrl } from "/assets/api.js";
import { button, choice, h } from "/assets/dom.js";
import * as edit from "/assets/edit.js";
import { frameOf, isVertical } from "/assets/geometry.js";
import { differences, nearest } from "/assets/reference.js";
import { lineView } from "/assets/line-view.js";
import { t } from "/assets/translations.js";

/** Milliseconds without typing after which the text is committed. */
const REST = 700;

const ROLES = ["notice", "form-title", "serial", "bureau", "sent", "received", "to", "from", "subject", "number", "body", "closing", "label", "other"];
const named = (prefix, names) => names.map((n) => [n, t(`${prefix}.${n}`)]);

export class LineEditor {
  constructor(state, doubtful, actions) {
    this.state = state;
    this.doubtful = doubtful;
    this.actions = actions;
    this.thread = 0;
    this.shown = null;
    this.isComposing = false;
    this.input = h("textarea", {
      class: "line-text", rows: "1", wrap: "off", spellcheck: "false", autocomplete: "off", autocapitalize: "off", lang: "ja",
      oninput: () => this.typed(), oncompositionstart: () => { this.isComposing = true; }, oncompositionend: () => { this.isComposing = false; this.typed(); }, onblur: () => this.commit(), onkeydown: (e) => this.key(e),
    });
    this.work = h("div", { class: "work" });
    this.side = h("div", { class: "side" });
    this.element = h("section", { class: "line-editor", "aria-label": t("lineEditor") }, this.work, this.side);
  }

  get isTyping() { return document.activeElement === this.input; }

  draw() {
    this.commit();
    const { region, line: found } = this.state;
    const key = region && `${region.id} ${region.kind === "text" ? found?.line.id : ""}`;
    const vertical = Boolean(region && isVertical(region));
    this.element.className = `line-editor ${vertical ? "vertical" : "horizontal"} for-${region?.kind ?? "nothing"}`;
    if (!region) {
      this.work.replaceChildren(h("p", { class: "hint" }, t("select")));
      this.side.replaceChildren();
    } else if (region.kind === "text" && found) this.drawLine(found, key, vertical);
    else this.drawMark(region, key);
    this.shown = key;
  }

  drawLine(found, key, vertical) {
    const box = this.element.getBoundingClientRect();
    const room = vertical ? box.height - 30 : box.width - 30;
    const old = this.work.querySelector(".line-view");
    const scroll = old && key === this.shown ? [old.scrollLeft, old.scrollTop] : [0, 0];
    const focused = old?.contains(document.activeElement);
    const fresh = lineView(this.state, this.doubtful, found, room, (i) => this.actions.chooseGlyph(i));
    this.put(found.line.text, t("linetext"), 1);
    // Keep the image element while its source is the same, to avoid flicker.
    const image = old?.querySelector(".line-image");
    if (image && image.src === fresh.firstChild.src) fresh.firstChild.replaceWith(image);
    if (old && this.input.parentElement === this.work && key === this.shown) old.replaceWith(fresh);
    else if (this.isTyping && this.input.parentElement === this.work) {
      for (const child of [...this.work.children]) if (child !== this.input) child.remove();
      this.work.prepend(fresh);
    } else this.work.replaceChildren(fresh, this.input);
    fresh.scrollTo(...scroll);
    const chosen = fresh.querySelector("[aria-pressed=true]");
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focused) chosen?.focus({ preventScroll: true });
    this.side.replaceChildren(this.character(found), this.comparison(found), this.tools(found));
  }

  drawMark(region, key) {
    const line = { bbox: region.bbox, glyphs: [] };
    const frame = frameOf(line, this.state.page, 0.1);
    const scale = Math.min(1, 150 / frame.height, 460 / frame.width);
    const src = cutUrl(this.state.page.id, frame);
    const image = this.work.querySelector(".mark-image");
    const picture = image?.getAttribute("src") === src ? image
      : h("img", { class: "mark-image", alt: t(`kind.${region.kind}`), src, width: Math.round(frame.width * scale), height: Math.round(frame.height * scale) });
    const hasText = region.kind === "stamp" || region.kind === "handwriting";
    const texts = region.lines.map((l) => l.text);
    if (hasText) this.put(texts.join("\n"), t(region.kind === "stamp" ? "stamptext" : "handtext"), Math.max(1, texts.length));
    const children = [picture, ...(hasText ? [this.input] : [])];
    if (!(this.isTyping && hasText && key === this.shown)) this.work.replaceChildren(...children);
    this.side.replaceChildren(this.kindFields(region), this.markTools(region));
  }

  /** Shows a text in the input field, unless it has uncommitted typing. */
  put(text, label, rows) {
    const { region, choice: { line } } = this.state;
    const target = `${region.id} ${line}`;
    this.input.setAttribute("aria-label", label);
    this.input.rows = rows;
    if (this.pending && this.target === target) return;
    this.target = target;
    if (this.input.value !== text && !this.composing) this.input.value = text;
  }

  typed() {
    this.pending = { region: this.state.region.id, kind: this.state.region.kind, line: this.state.choice.line };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!this.composing) this.commit(); }, REST);
  }

  commit() {
    const work = this.pending;
    if (!work || this.composing) return;
    this.pending = null;
    clearTimeout(this.timer);
    const text = this.input.value;
    const thread = `text ${work.line ?? work.region} ${this.thread}`;
    if (work.kind === "text") {
      if (edit.lineOf(this.state.regions, work.line)?.line.text === text) return;
      this.state.edit((r) => edit.setText(r, work.line, text.replace(/\n/g, "")), thread);
    } else this.state.edit((r) => edit.setMarkText(r, work.region, text.split("\n").filter((l, i) => l || i === 0)), thread);
  }

  get composing() { return this.isComposing; }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const { region } = this.state;
    const vertical = region && isVertical(region);
    if (event.key === "Escape") { this.commit(); this.thread += 1; this.actions.leaveInput(); }
    else if (event.key === "Enter" && region?.kind === "text") { this.commit(); this.thread += 1; this.actions.nextLine(event.shiftKey ? -1 : 1); }
    else if (!event.altKey && region?.kind === "text" && event.key === (vertical ? "ArrowLeft" : "ArrowDown")) { this.commit(); this.actions.nextLine(1); }
    else if (!event.altKey && region?.kind === "text" && event.key === (vertical ? "ArrowRight" : "ArrowUp")) { this.commit(); this.actions.nextLine(-1); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The selected character and its alternatives. */
  character({ line }) {
    const glyph = line.glyphs[this.state.choice.glyph];
    if (!glyph) return h("div", { class: "character" });
    const others = (glyph.alternatives ?? []).slice(0, 9).map(([text, confidence], i) =>
      h("li", {}, button([h("kbd", { "aria-hidden": "true" }, `${i + 1}`), h("b", { lang: "ja" }, text), h("span", {}, `${(confidence * 100).toFixed(confidence < 0.1 ? 1 : 0)} %`)],
        () => this.actions.replaceGlyph(text), { class: "alternative" })));
    const field = h("input", {
      class: "replace", size: "3", maxlength: "8", lang: "ja", "aria-label": t("replace"), placeholder: "…",
      onkeydown: (e) => {
        if (e.isComposing || e.keyCode === 229) return;
        if (e.key === "Enter" && field.value) { e.preventDefault(); this.actions.replaceGlyph(field.value.trim()); }
        if (e.key === "Escape") { e.stopPropagation(); this.actions.leaveInput(); }
      },
    });
    return h("div", { class: "character" },
      h("div", { class: "head" }, h("b", { class: "glyph", lang: "ja" }, glyph.text), h("span", {}, t("certain", { p: Math.floor(glyph.confidence * 100) }))),
      h("ul", { class: "alternatives", "aria-label": t("alternatives") }, others.length ? others : h("li", { class: "none" }, t("noalternatives"))), field);
  }

  /** The machine's reading if it differs, and the line of the reference. */
  comparison({ line }) {
    const rows = [];
    const read = edit.lineOf(this.state.machine, line.id)?.line;
    if (read && read.text !== line.text) rows.push([t("machine"), read.text, () => this.actions.revert()]);
    const reference = this.state.page.reference && nearest(line.text, this.state.page.reference);
    if (reference && reference !== line.text) rows.push([t("reference"), reference, () => this.actions.takeText(reference)]);
    return h("dl", { class: "comparison" }, rows.flatMap(([name, text, take]) => [
      h("dt", {}, name),
      h("dd", {}, h("span", { lang: "ja" }, differences(line.text, text).map(({ character, same }) => (same ? character : h("mark", {}, character)))), button(t("take"), take)),
    ]));
  }

  tools({ region, line }) {
    const { state, actions } = this;
    const all = edit.printed(state.regions);
    const at = all.findIndex((p) => p.line.id === line.id) + 1;
    const set = (values) => state.edit((r) => edit.setRegion(r, region.id, values));
    return h("div", { class: "tools" },
      h("span", { class: "place" }, t("lineof", { n: at, all: all.length })),
      choice(t("role"), region.role, named("role", ROLES), (role) => set({ role })),
      choice(t("direction"), region.writing_mode, named("mode", ["horizontal-tb", "vertical-rl"]), (writing_mode) => set({ writing_mode })),
      h("div", { class: "buttons" },
        button(t("earlier"), () => actions.moveLine(-1), { title: "Alt+↑" }), button(t("later"), () => actions.moveLine(1), { title: "Alt+↓" }),
        button(t("regionearlier"), () => actions.moveRegion(-1), { title: "Alt+Shift+↑" }), button(t("regionlater"), () => actions.moveRegion(1), { title: "Alt+Shift+↓" }),
        button(t("addline"), actions.addLine, { title: "l" }), button(t("adjust"), actions.adjust, { title: "m" }),
        button(t("removeline"), actions.removeLine, { title: "Delete", class: "danger" }), button(t("removeregion"), actions.removeRegion, { title: "Shift+Delete", class: "danger" })));
  }

  kindFields(region) {
    const set = (values) => this.state.edit((r) => edit.setRegion(r, region.id, values));
    const fields = [];
    if (region.kind === "stamp") {
      fields.push(choice(t("color"), region.color, named("color", ["red", "blue", "violet", "black"]), (color) => set({ color })));
      fields.push(choice(t("shape"), region.shape, named("shape", ["rectangle", "circle", "oval", "frameless"]), (shape) => set({ shape })));
    }
    if (region.kind === "redaction") {
      fields.push(choice(t("style"), region.style, named("style", ["solid", "outlined"]), (style) => set({ style })));
      const count = h("input", {
        type: "number", min: "0", max: "9999", value: region.estimated_characters ?? "",
        onchange: (e) => set({ estimated_characters: e.target.value === "" ? null : Math.min(9999, Math.max(0, Math.trunc(Number(e.target.value)))) }),
      });
      fields.push(h("label", { class: "field" }, h("span", {}, t("hidden")), count));
    }
    return h("div", { class: "tools" }, h("span", { class: "place" }, t(`kind.${region.kind}`)), fields);
  }

  markTools() {
    const { actions } = this;
    return h("div", { class: "tools" }, h("div", { class: "buttons" },
      button(t("adjust"), actions.adjust, { title: "m" }), button(t("remove"), actions.removeRegion, { title: "Delete", class: "danger" })));
  }
}
