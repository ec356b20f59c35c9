// The boxes over the scan. They are drawn in scan pixels, so that zoom and rotation need no redraw. Boxes are selected,
// drawn and moved with the mouse, or with the keys by `nudge`.

import { svg } from "/assets/dom.js";
import { area, contains, corners, frameOf, shifted, tidy } from "/assets/geometry.js";

const points = (list) => list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** Screen pixels around a corner or edge within which it can be dragged. */
const GRIP = 9;

export class Boxes {
  constructor(state, doubtful) {
    this.state = state;
    this.doubtful = doubtful;
    this.regions = svg("g");
    this.chosen = svg("g");
    this.tool = svg("g");
    const { width, height } = state.page;
    this.element = svg("svg", { class: "boxes", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      this.regions, this.chosen, this.tool);
    this.work = null;
  }

  draw() {
    const { regions, page } = this.state;
    this.regions.replaceChildren(...regions.flatMap((region) => {
      const [l, t, r, b] = region.bbox;
      const outline = region.outline?.length > 2 ? region.outline : [[l, t], [r, t], [r, b], [l, b]];
      const lines = region.kind !== "text" ? [] : region.lines.map((line) =>
        svg("polygon", { class: `line${line.engine === "person" ? " mended" : ""}`, points: points(corners(frameOf(line, page, 0.04))) }));
      const doubts = region.kind !== "text" ? [] : region.lines.flatMap((l) => l.glyphs)
        .filter((g) => g.confidence < this.doubtful && g.text !== "■")
        .map((g) => svg("rect", { class: "doubt", ...sides(g.bbox) }));
      return [svg("polygon", { class: `region ${region.kind}`, points: points(outline) }), ...lines, ...doubts];
    }));
    this.drawChoice();
  }

  drawChoice() {
    const { line: found, region, choice, page } = this.state;
    const shapes = [];
    if (found && region.kind === "text") {
      shapes.push(svg("polygon", { class: "chosen-line", points: points(corners(frameOf(found.line, page, 0.08))) }));
      const glyph = found.line.glyphs[choice.glyph];
      if (glyph) shapes.push(svg("rect", { class: "chosen-glyph", ...sides(glyph.bbox) }));
    } else if (region) {
      shapes.push(svg("rect", { class: "chosen-line", ...sides(region.bbox) }));
    }
    this.chosen.replaceChildren(...shapes);
  }

  drawTool() {
    this.tool.replaceChildren(...(this.work?.box ? [svg("rect", { class: "tool", ...sides(this.work.box) })] : []));
  }

  /** The item at a point of the scan: a character of the selected line, else a mark, a line or a region. */
  at(place) {
    const { regions, line: found, page } = this.state;
    const glyph = found?.line.glyphs.findIndex((g) => contains(g.bbox, place)) ?? -1;
    if (glyph >= 0) return { region: found.region.id, line: found.line.id, glyph };
    // Rulings are as long as the page and need no correction.
    const marks = regions.filter((r) => r.kind !== "text" && r.kind !== "ruling" && contains(r.bbox, place)).sort((a, b) => area(a.bbox) - area(b.bbox));
    const lines = regions.filter((r) => r.kind === "text").flatMap((region) => region.lines.map((line) => ({ region, line })))
      .filter(({ line }) => inside(corners(frameOf(line, page, 0.1)), place));
    if (lines.length && (!marks[0] || marks[0].kind === "stamp")) {
      const [{ region, line }] = lines;
      return { region: region.id, line: line.id, glyph: Math.max(0, line.glyphs.findIndex((g) => contains(g.bbox, place))) };
    }
    if (marks.length) return { region: marks[0].id, line: marks[0].lines[0]?.id ?? null };
    const texts = regions.filter((r) => r.kind === "text" && contains(r.bbox, place)).sort((a, b) => area(a.bbox) - area(b.bbox));
    return texts.length ? { region: texts[0].id, line: texts[0].lines[0]?.id ?? null } : null;
  }

  /** Starts to draw a box (`box` null) or to change one. `onDone` receives the box, or null if cancelled. */
  begin(box, start, onDone) {
    this.work = { box, start, onDone, held: null };
    this.element.closest(".scan")?.classList.add("drawing");
    this.drawTool();
  }

  end(keep) {
    const work = this.work;
    if (!work) return;
    this.work = null;
    this.element.closest(".scan")?.classList.remove("drawing");
    this.drawTool();
    const box = work.box && tidy(work.box, this.state.page);
    work.onDone(keep && box && area(box) > 9 ? box : null);
  }

  /** Moves the box by scan pixels; with `resize`, only its right and bottom edges. */
  nudge(dx, dy, resize) {
    if (!this.work) return;
    this.work.box ??= this.work.start;
    const [l, t, r, b] = this.work.box;
    const { width, height } = this.state.page;
    if (resize) this.work.box = tidy([l, t, Math.max(l + 4, r + dx), Math.max(t + 4, b + dy)], this.state.page);
    else {
      const within = (low, high, d, length) => Math.min(Math.max(d, -low), length - high);
      this.work.box = shifted(this.work.box, within(l, r, dx, width), within(t, b, dy, height));
    }
    this.drawTool();
  }

  /** Connects to the viewer's mouse events. */
  listen(scan, onChoose) {
    const { viewer } = scan;
    viewer.addHandler("canvas-click", (event) => {
      if (!event.quick || this.work) return;
      const there = this.at(scan.place(event.position));
      if (there) onChoose(there);
    });
    viewer.addHandler("canvas-press", (event) => {
      if (this.work) this.work.held = { ...this.grip(scan.place(event.position), GRIP * scan.scale), from: scan.place(event.position) };
    });
    viewer.addHandler("canvas-drag", (event) => {
      if (!this.work?.held) return;
      event.preventDefaultAction = true;
      this.pull(scan.place(event.position));
    });
    viewer.addHandler("canvas-release", () => {
      if (!this.work?.held) return;
      const drew = this.work.held.fresh;
      this.work.held = null;
      if (drew && this.work.box) this.end(true);
    });
  }

  /** The dragged part of the box: some of its sides, or all of it. A press outside starts a new box. */
  grip([x, y], near) {
    const box = this.work.box;
    if (!box) return { fresh: true };
    const [l, t, r, b] = box;
    const inside = x > l - near && x < r + near && y > t - near && y < b + near;
    if (!inside) return { fresh: true };
    const sides = [Math.abs(x - l) < near, Math.abs(y - t) < near, Math.abs(x - r) < near, Math.abs(y - b) < near];
    return { sides: sides.some(Boolean) ? sides : null, was: box };
  }

  pull([x, y]) {
    const { held } = this.work;
    const [fx, fy] = held.from;
    if (held.fresh) this.work.box = tidy([fx, fy, x, y], this.state.page);
    else if (held.sides) this.work.box = tidy(held.was.map((v, i) => (held.sides[i] ? v + (i % 2 ? y - fy : x - fx) : v)), this.state.page);
    else this.work.box = tidy(shifted(held.was, x - fx, y - fy), this.state.page);
    this.drawTool();
  }
}

const sides = ([l, t, r, b]) => ({ x: l, y: t, width: Math.max(1, r - l), height: Math.max(1, b - t) });

/** Whether a point is inside a convex outline, given clockwise. */
function inside(outline, [x, y]) {
  return outline.every(([ax, ay], i) => {
    const [bx, by] = outline[(i + 1) % outline.length];
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
  });
}
