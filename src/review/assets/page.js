// The screen of one page: scan, line editor and text, with the actions of keys and buttons.

import * as api from "/assets/api.js";
import { LineEditor } from "/assets/line-editor.js";
import { Boxes } from "/assets/boxes.js";
import { settleConflict } from "/assets/dialogs.js";
import { announce, button, h } from "/assets/dom.js";
import * as edit from "/assets/edit.js";
import { isVertical } from "/assets/geometry.js";
import { actionOf, helpDialog } from "/assets/keys.js";
import { showScan } from "/assets/scan.js";
import { PageState } from "/assets/state.js";
import { TextPane } from "/assets/text.js";
import { spoken, t, when } from "/assets/translations.js";

/**
 * Shows a page and returns a function that closes it. `app`: session, who, question (the list's query), go(hash).
 * `isWanted` returns false if the user has navigated elsewhere meanwhile.
 */
export async function showPage(view, id, app, isWanted) {
  const page = await api.open(id);
  if (!isWanted()) return () => {};
  const screen = new Screen(page, app);
  view.replaceChildren(screen.element);
  screen.start();
  return () => screen.close();
}

class Screen {
  constructor(page, app) {
    this.page = page;
    this.app = app;
    const { doubtful } = app.session;
    this.doubtful = doubtful;
    this.state = new PageState(page, app.who);
    this.boxes = new Boxes(this.state, doubtful);
    this.text = new TextPane(this.state, doubtful);
    this.lineEditor = new LineEditor(this.state, doubtful, this.lineEditorActions());
    this.holder = h("div", { class: "viewer" });
    this.scanPane = h("section", { class: "scan", "aria-label": t("scan") }, this.holder, this.scanTools());
    this.status = h("span", { class: "status", role: "status" });
    this.by = h("span", { class: "by" });
    this.element = h("div", { class: "page" }, this.bar(), this.notices(),
      h("main", { class: "workspace" }, this.scanPane, this.lineEditor.element, h("section", { class: "side-text", "aria-label": t("text") }, this.text.element)));
    this.keys = (e) => this.key(e);
    this.leaving = (e) => { this.lineEditor.commit(); if (!this.state.isSaved) e.preventDefault(); };
  }

  bar() {
    this.doneButton = button("", () => this.toggleDone(), { class: "done", title: "d" });
    this.undoButton = button(t("undo"), () => this.undo(), { title: "u, Ctrl+Z", class: "quiet" });
    this.redoButton = button(t("redo"), () => this.redo(), { title: "Shift+U, Ctrl+Y", class: "quiet" });
    const export_ = h("details", { class: "menu" }, h("summary", {}, t("more")),
      h("div", {}, ["txt", "json"].map((ending) => h("a", { href: api.referenceUrl(this.page.id, ending), download: `${this.page.name.split("/").at(-1)}.gt.${ending}` },
        t(ending === "txt" ? "exporttext" : "exportjson")))));
    return h("header", { class: "bar" },
      h("a", { href: "#/", class: "back", title: "g" }, t("back")),
      h("nav", { "aria-label": t("column.page") },
        button("‹", () => this.turnPage("previous"), { "aria-label": t("previous"), title: `${t("previous")} [`, class: "quiet" }),
        button("›", () => this.turnPage("next"), { "aria-label": t("next"), title: `${t("next")} ]`, class: "quiet" })),
      h("h1", { title: this.page.name }, this.page.name), this.by,
      h("span", { class: "space" }), this.status, this.undoButton, this.redoButton, export_,
      button(t("keys"), () => helpDialog(spoken()), { title: "?", class: "quiet" }), this.doneButton);
  }

  notices() {
    const { warnings, record_changed: changed } = this.page;
    const notes = [];
    if (changed) notes.push(h("p", { class: "notice" }, t("recordchanged")));
    if (warnings.length) {
      notes.push(h("details", { class: "notice" }, h("summary", {}, t("warningsof", { n: warnings.length })),
        h("ul", {}, warnings.map((w) => h("li", {}, w.region ? button(w.message, () => this.goTo(w), { class: "link" }) : w.message)))));
    }
    return h("div", { class: "notices" }, notes);
  }

  goTo({ region, line }) {
    const id = `${region}/${line ?? 0}`;
    this.choose({ region, line: edit.lineOf(this.state.regions, id) ? id : null });
  }

  scanTools() {
    const tool = (sign, name, action) => button(sign, action, { "aria-label": name, title: name });
    return h("div", { class: "scan-tools", role: "toolbar", "aria-label": t("scan") },
      tool("＋", t("zoomin"), () => this.scan.zoom(1.5)), tool("−", t("zoomout"), () => this.scan.zoom(1 / 1.5)), button(t("fit"), () => this.scan.fit(), { title: "0" }),
      h("span", { class: "gap" }),
      ["text", "stamp", "redaction", "handwriting"].map((kind) => button(t(`kind.${kind}`), () => this.add(kind), { "aria-label": t(`tool.${kind}`), title: t(`tool.${kind}`), class: `add ${kind}` })));
  }

  lineEditorActions() {
    return {
      chooseGlyph: (glyph) => this.state.choose({ ...this.state.choice, glyph }),
      leaveInput: () => this.focusCell(),
      nextLine: (step) => { this.state.chooseLine(step); this.lineEditor.input.focus(); },
      replaceGlyph: (text) => this.replaceGlyph(text),
      revert: () => this.revert(),
      takeText: (text) => this.state.edit((r) => edit.setText(r, this.state.choice.line, text)),
      moveLine: (step) => this.moveLine(step), moveRegion: (step) => this.moveRegion(step),
      addLine: () => this.addLine(), adjust: () => this.adjust(), removeLine: () => this.removeLine(), removeRegion: () => this.removeRegion(),
    };
  }

  start() {
    document.addEventListener("keydown", this.keys);
    window.addEventListener("beforeunload", this.leaving);
    this.state.addEventListener("change", () => this.draw());
    this.state.addEventListener("choice", () => this.drawChoice());
    this.state.addEventListener("status", () => this.drawStatus());
    this.state.addEventListener("conflict", (e) => settleConflict(this.state, e.detail.theirs));
    const first = edit.doubts(this.state.regions, this.doubtful)[0]?.line ?? edit.printed(this.state.regions)[0]?.line.id;
    if (first) this.state.choice = { region: edit.lineOf(this.state.regions, first).region.id, line: first, glyph: 0 };
    const doubt = edit.doubts(this.state.regions, this.doubtful)[0];
    if (doubt) this.state.choice.glyph = doubt.glyph;
    // Lay out the panes before the scan is opened, so that the whole page fits.
    this.draw();
    this.openScan();
    this.resized = new ResizeObserver(() => { if (!this.lineEditor.isTyping) this.lineEditor.draw(); });
    this.resized.observe(this.element);
    this.text.element.focus({ preventScroll: true });
  }

  openScan() {
    const fail = (why) => announce(t("noscan", { why }), "error");
    this.scan = showScan(this.holder, this.page, this.app.session.tile, {
      overlay: this.boxes.element, label: t("scan"),
      onOpen: () => this.follow(),
      onFail: () => {
        if (this.failedOnce) return;
        this.failedOnce = true;
        fetch(api.tileUrl(this.page.id, 0, 0, 0)).then((a) => a.json()).then((a) => fail(a.message)).catch((e) => fail(e.message));
      },
    });
    this.boxes.listen(this.scan, (choice) => this.choose(choice));
  }

  close() {
    this.lineEditor.commit();
    document.removeEventListener("keydown", this.keys);
    window.removeEventListener("beforeunload", this.leaving);
    this.resized.disconnect();
    clearTimeout(this.state.timer);
    this.scan.close();
  }

  draw() {
    this.arrange();
    this.text.draw();
    this.lineEditor.draw();
    this.boxes.draw();
    this.drawStatus();
  }

  drawChoice() {
    this.arrange();
    this.text.drawChoice();
    this.lineEditor.draw();
    this.boxes.drawChoice();
    this.follow();
  }

  /** Places the line editor below a horizontal line or beside a column. */
  arrange() {
    const { region } = this.state;
    const columns = Boolean(region && isVertical(region));
    if (columns === this.element.classList.contains("columns")) return;
    const wasWhole = this.scan?.isWhole;
    this.element.classList.toggle("columns", columns);
    // The size of the scan pane has changed: if the whole page was visible, fit it again.
    if (wasWhole) setTimeout(() => this.scan.fit(), 60);
  }

  follow() {
    const { region, line } = this.state;
    if (region) this.scan?.reveal(region.bbox, region.kind === "text" ? line?.line : null);
  }

  drawStatus() {
    const { status, done, history } = this.state;
    const texts = { failed: () => t("failed", { why: status.why }) };
    this.status.replaceChildren(texts[status.kind]?.() ?? t(status.kind), ...(status.kind === "failed" ? [" ", button(t("retry"), () => this.state.send(), { class: "link" })] : []));
    this.status.className = `status ${status.kind}`;
    this.doneButton.textContent = done ? `✓ ${t("isdone")}` : t("done");
    this.doneButton.setAttribute("aria-pressed", done ? "true" : "false");
    this.undoButton.disabled = this.state.past.length === 0;
    this.redoButton.disabled = this.state.undone.length === 0;
    const last = history.at(-1);
    this.by.textContent = last ? t("saved.by", { by: last.by, at: when(last.at) }) : t("untouched");
  }

  key(event) {
    if (document.querySelector("dialog[open]")) return;
    if (this.boxes.work && this.toolKey(event)) { event.preventDefault(); return; }
    const digit = /^[1-9]$/.test(event.key) && !event.target.closest("input, textarea, select") && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (digit) { this.takeAlternative(Number(event.key) - 1); event.preventDefault(); return; }
    const action = actionOf(event);
    if (!action || !this.act(action)) return;
    event.preventDefault();
  }

  toolKey(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (step) {
      const length = (event.ctrlKey ? 1 : 6) * Math.max(1, this.scan.scale);
      this.boxes.nudge(Math.round(step[0] * length), Math.round(step[1] * length), event.shiftKey);
    } else if (event.key === "Enter") this.boxes.end(true);
    else if (event.key === "Escape") this.boxes.end(false);
    else return false;
    return true;
  }

  /** Runs an action. In columns the arrow keys follow the text: left is the next column, down the next character. */
  act(name) {
    const vertical = this.state.region && isVertical(this.state.region);
    const turned = { nextLine: "nextGlyph", previousLine: "previousGlyph", nextGlyph: "previousLine", previousGlyph: "nextLine" };
    const action = (vertical && turned[name]) || name;
    const actions = {
      nextLine: () => this.state.chooseLine(1), previousLine: () => this.state.chooseLine(-1),
      lineAfter: () => this.state.chooseLine(1), lineBefore: () => this.state.chooseLine(-1),
      nextGlyph: () => this.moveGlyph(1), previousGlyph: () => this.moveGlyph(-1),
      nextDoubt: () => this.nextDoubt(1), previousDoubt: () => this.nextDoubt(-1),
      editLine: () => this.lineEditor.input.focus(), editGlyph: () => this.lineEditor.side.querySelector(".replace")?.focus(),
      revert: () => this.revert(), editRole: () => this.lineEditor.side.querySelector("select")?.focus(), turnDirection: () => this.turnDirection(),
      lineEarlier: () => this.moveLine(-1), lineLater: () => this.moveLine(1), regionEarlier: () => this.moveRegion(-1), regionLater: () => this.moveRegion(1),
      addText: () => this.add("text"), addLine: () => this.addLine(), addStamp: () => this.add("stamp"), addRedaction: () => this.add("redaction"), addHandwriting: () => this.add("handwriting"),
      adjust: () => this.adjust(), nextMark: () => this.nextMark(), removeChosen: () => this.removeChosen(), removeRegion: () => this.removeRegion(),
      toggleDone: () => this.toggleDone(), undo: () => this.undo(), redo: () => this.redo(),
      zoomIn: () => this.scan.zoom(1.3), zoomOut: () => this.scan.zoom(1 / 1.3), fit: () => this.scan.fit(), zoomToLine: () => this.state.region && this.scan.fill(this.state.line?.line.bbox ?? this.state.region.bbox),
      toggleBoxes: () => this.scanPane.classList.toggle("bare"),
      nextPage: () => this.turnPage("next"), previousPage: () => this.turnPage("previous"), list: () => this.app.go("#/"), help: () => helpDialog(spoken()),
    };
    actions[action]?.();
    return Boolean(actions[action]);
  }

  choose(choice) { this.state.choose(choice); }

  moveGlyph(step) {
    const { line, choice } = this.state;
    if (!line) return;
    const glyph = Math.min(Math.max(choice.glyph + step, 0), Math.max(0, line.line.glyphs.length - 1));
    this.choose({ ...choice, glyph });
  }

  focusCell() {
    const cell = this.lineEditor.work.querySelector(".cell[aria-pressed=true]");
    (cell ?? this.text.element).focus({ preventScroll: true });
  }

  nextDoubt(step) {
    const order = new Map(edit.printed(this.state.regions).map(({ line }, i) => [line.id, i]));
    const { line, glyph } = this.state.choice;
    const here = (order.get(line) ?? -1) * 10000 + (line ? glyph : -1);
    const all = edit.doubts(this.state.regions, this.doubtful).map((d) => ({ ...d, at: order.get(d.line) * 10000 + d.glyph }));
    const next = step > 0 ? all.find((d) => d.at > here) : all.findLast((d) => d.at < here);
    if (!next) { announce(t("nodoubt")); return; }
    this.choose({ region: edit.lineOf(this.state.regions, next.line).region.id, line: next.line, glyph: next.glyph });
  }

  nextMark() {
    const marks = this.state.regions.filter((r) => r.kind !== "text" && r.kind !== "ruling");
    const at = marks.findIndex((m) => m.id === this.state.choice.region);
    const next = marks[(at + 1) % Math.max(1, marks.length)];
    if (next) this.choose({ region: next.id, line: next.lines[0]?.id ?? null });
  }

  takeAlternative(index) {
    const { line, choice } = this.state;
    const other = line?.line.glyphs[choice.glyph]?.alternatives?.[index];
    if (other) this.replaceGlyph(other[0]);
  }

  replaceGlyph(text) {
    const { line, glyph } = this.state.choice;
    this.state.edit((r) => edit.setGlyph(r, line, glyph, text));
    announce(t("chosen", { c: text }));
    this.focusCell();
  }

  revert() { this.state.edit((r) => edit.revertLine(r, this.state.machine, this.state.choice.line)); }

  turnDirection() {
    const { region } = this.state;
    if (region?.kind !== "text") return;
    this.state.edit((r) => edit.setRegion(r, region.id, { writing_mode: isVertical(region) ? "horizontal-tb" : "vertical-rl" }));
  }

  moveLine(step) { if (this.state.edit((r) => edit.moveLine(r, this.state.choice.line, step))) announce(t("moved")); }
  moveRegion(step) { if (this.state.edit((r) => edit.moveRegion(r, this.state.choice.region, step))) announce(t("moved")); }

  /** Draws a box: anywhere with the mouse, or from the middle of the view with the keys. */
  drawBox(box, onDone, like) {
    if (this.boxes.work) this.boxes.end(false);
    const [x, y] = this.scan.middle;
    const size = 60 * Math.max(1, this.scan.scale);
    const start = like ?? [x - size, y - size / 2, x + size, y + size / 2].map(Math.round);
    announce(t("tool.draw"));
    this.boxes.begin(box, start, (drawn) => {
      announce(drawn ? t("added") : t("cancel"));
      if (drawn) onDone(drawn);
    });
    this.holder.querySelector(".openseadragon-canvas")?.focus({ preventScroll: true });
  }

  add(kind) {
    this.drawBox(null, (box) => {
      let id = null;
      this.state.edit((regions) => {
        const added = edit.addRegion(regions, this.state.machine, kind, box, this.state.region);
        id = added.id;
        return added.regions;
      });
      const region = edit.regionOf(this.state.regions, id);
      this.choose({ region: id, line: region?.lines[0]?.id ?? null });
      if (kind !== "redaction") this.lineEditor.input.focus();
    }, this.boxAtGlyph(kind));
  }

  /** A new redaction starts at the selected character, because most redactions are within a line. */
  boxAtGlyph(kind) {
    const glyph = this.state.line?.line.glyphs[this.state.choice.glyph];
    return kind === "redaction" && glyph ? glyph.bbox : null;
  }

  addLine() {
    const { region, choice } = this.state;
    if (region?.kind !== "text") { this.add("text"); return; }
    this.drawBox(null, (box) => {
      let id = null;
      this.state.edit((regions) => {
        const added = edit.addLine(regions, region.id, box, choice.line);
        id = added.id;
        return added.regions;
      });
      this.choose({ region: region.id, line: id });
      this.lineEditor.input.focus();
    });
  }

  adjust() {
    const { region } = this.state;
    if (!region) return;
    this.drawBox(region.bbox, (box) => this.state.edit((r) => edit.setBox(r, region.id, box)));
    announce(t("tool.draw"));
  }

  removeChosen() { if (this.state.region?.kind === "text") this.removeLine(); else this.removeRegion(); }

  removeLine() {
    const { line } = this.state.choice;
    const after = edit.printed(this.state.regions);
    const at = after.findIndex((p) => p.line.id === line);
    if (at < 0) return;
    this.state.edit((r) => edit.removeLine(r, line));
    const next = after[at + 1] ?? after[at - 1];
    if (next) this.choose({ region: next.region.id, line: next.line.id });
    announce(t("removed"));
  }

  removeRegion() {
    const { region } = this.state;
    if (!region) return;
    this.state.edit((r) => edit.removeRegion(r, region.id));
    announce(t("removed"));
  }

  toggleDone() {
    this.lineEditor.commit();
    this.state.setDone(!this.state.done);
    announce(t(this.state.done ? "marked" : "unmarked"));
  }

  undo() { this.lineEditor.commit(); announce(t(this.state.undo() ? "undid" : "nothing")); }
  redo() { announce(t(this.state.redo() ? "redid" : "nothing")); }

  async turnPage(where) {
    this.lineEditor.commit();
    try {
      const found = await api.neighbours(this.page.id, this.app.question);
      if (found[where]) this.app.go(`#/page/${found[where]}`);
      else announce(t("nothing"));
    } catch (error) { announce(error.message, "error"); }
  }
}
