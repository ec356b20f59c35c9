// Changes to a page: pure functions from regions to regions. Unchanged parts are shared, so undo needs little memory.

import { area, centre, contains, isVertical, shared, shifted, union } from "/assets/geometry.js";

export const MARK = "■";

export const lineOf = (regions, id) => {
  for (const region of regions) {
    const line = region.lines.find((l) => l.id === id);
    if (line) return { region, line };
  }
  return null;
};
export const regionOf = (regions, id) => regions.find((r) => r.id === id) ?? null;

/** The lines of the text regions in reading order, each with its region. */
export const printed = (regions) =>
  regions.filter((r) => r.kind === "text").flatMap((region) => region.lines.map((line) => ({ region, line })));

const mapRegion = (regions, id, change) => regions.map((r) => (r.id === id ? change(r) : r));
const mapLine = (regions, id, change) => regions.map((r) =>
  (r.lines.some((l) => l.id === id) ? { ...r, lines: r.lines.map((l) => (l.id === id ? change(l) : l)) } : r));

/** Sets a line's text. The server realigns the glyphs. */
export const setText = (regions, id, text) =>
  mapLine(regions, id, (l) => ({ ...l, text: text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "") }));

/** Replaces one character; an empty text deletes it. */
export function setGlyph(regions, id, index, text) {
  return mapLine(regions, id, (l) => {
    const texts = l.glyphs.map((g) => g.text);
    texts[index] = text;
    return { ...l, text: texts.join("") };
  });
}

export const setRegion = (regions, id, values) => mapRegion(regions, id, (r) => ({ ...r, ...values }));

/** Moves or resizes a region. A move shifts its lines too. A lone line without glyphs gets the region's box. */
export function setBox(regions, id, box) {
  return mapRegion(regions, id, (r) => {
    const [dx, dy] = [box[0] - r.bbox[0], box[1] - r.bbox[1]];
    const moved = box[2] - r.bbox[2] === dx && box[3] - r.bbox[3] === dy;
    const shift = (b) => shifted(b, dx, dy);
    const lines = r.lines.map((l) => {
      if (moved) return { ...l, bbox: shift(l.bbox), glyphs: l.glyphs.map((g) => ({ ...g, bbox: shift(g.bbox) })) };
      return r.lines.length === 1 && l.glyphs.length === 0 ? { ...l, bbox: box } : l;
    });
    return { ...r, bbox: box, outline: [], lines };
  });
}

/** Removes a region. With a redaction, its ■ is removed too. */
export function removeRegion(regions, id) {
  const gone = regionOf(regions, id);
  const rest = regions.filter((r) => r.id !== id);
  return gone?.kind === "redaction" ? withoutMark(rest, gone.bbox) : rest;
}

function withoutMark(regions, box) {
  for (const { line } of printed(regions)) {
    const index = line.glyphs.findIndex((g) => g.text === MARK && shared(g.bbox, box) > 0);
    if (index >= 0) return withGlyphs(regions, line.id, line.glyphs.filter((_, i) => i !== index));
  }
  return regions;
}

/** Removes a line, and its text region if that becomes empty. */
export function removeLine(regions, id) {
  return regions
    .map((r) => (r.lines.some((l) => l.id === id) ? { ...r, lines: r.lines.filter((l) => l.id !== id) } : r))
    .filter((r) => r.kind !== "text" || r.lines.length > 0);
}

/** An id that is in use neither on the page nor in the machine's reading. */
export function newId(prefix, taken) {
  const known = new Set(taken);
  for (let n = 1; ; n += 1) if (!known.has(`${prefix}${n}`)) return `${prefix}${n}`;
}

const freshLine = (box, text = "") =>
  ({ id: `n-${crypto.randomUUID?.() ?? Math.random().toString(36).slice(2)}`.slice(0, 40), bbox: box, text, confidence: 1, engine: "person", glyphs: [] });

const PREFIX = { text: "r", stamp: "s", redaction: "x", handwriting: "h" };
const FRESH = {
  text: { role: "body" }, stamp: { color: "red", shape: "rectangle", tilt_degrees: 0, readings: [] },
  redaction: { style: "solid", estimated_characters: null }, handwriting: {},
};

/** Adds a drawn region after `like`. Returns the regions and the new id. */
export function addRegion(regions, machine, kind, box, like) {
  const id = newId(PREFIX[kind], [...regions, ...machine].map((r) => r.id));
  const region = { id, kind, ...FRESH[kind], bbox: box, outline: [], confidence: 1, lines: [] };
  if (kind === "text") {
    const tall = box[3] - box[1] > box[2] - box[0];
    region.writing_mode = tall ? "vertical-rl" : "horizontal-tb";
    if (like?.kind === "text") region.role = like.role;
  }
  if (kind !== "redaction") region.lines = [freshLine(box)];
  if (kind === "redaction") return { regions: [...withMark(regions, box, machine), region], id };
  return { regions: kind === "text" ? insertText(regions, region, like) : [...regions, region], id };
}

function insertText(regions, region, like) {
  const after = like?.kind === "text" ? regions.findIndex((r) => r.id === like.id) : regions.findLastIndex((r) => r.kind === "text");
  return [...regions.slice(0, after + 1), region, ...regions.slice(after + 1)];
}

/** Adds an empty line to a text region. */
export function addLine(regions, id, box, after) {
  const line = freshLine(box);
  return {
    regions: mapRegion(regions, id, (r) => {
      const at = r.lines.findIndex((l) => l.id === after);
      const lines = at < 0 ? [...r.lines, line] : [...r.lines.slice(0, at + 1), line, ...r.lines.slice(at + 1)];
      return { ...r, bbox: union(r.bbox, box), lines };
    }),
    id: line.id,
  };
}

/** Puts a ■ for a new redaction into its line, or into a line of its own if it overlaps none by a quarter. */
function withMark(regions, box, machine) {
  const best = printed(regions)
    .map(({ region, line }) => ({ region, line, part: shared(line.bbox, box) / Math.max(1, area(box)) }))
    .sort((a, b) => b.part - a.part)[0];
  const mark = { text: MARK, bbox: box, confidence: 1 };
  if (!best || best.part < 0.25) {
    const id = newId("r", [...regions, ...machine].map((r) => r.id));
    const tall = box[3] - box[1] > box[2] - box[0];
    const line = { ...freshLine(box, MARK), engine: "none", glyphs: [mark] };
    const region = { id, kind: "text", role: "other", writing_mode: tall ? "vertical-rl" : "horizontal-tb", bbox: box, outline: [], confidence: 1, lines: [line] };
    return insertText(regions, region, best?.region);
  }
  const kept = best.line.glyphs.filter((g) => !contains(box, centre(g.bbox)));
  const along = isVertical(best.region) ? 1 : 0;
  const at = kept.findIndex((g) => centre(g.bbox)[along] > centre(box)[along]);
  const glyphs = at < 0 ? [...kept, mark] : [...kept.slice(0, at), mark, ...kept.slice(at)];
  return withGlyphs(regions, best.line.id, glyphs);
}

function withGlyphs(regions, id, glyphs) {
  const text = glyphs.map((g) => g.text).join("");
  return mapLine(regions, id, (l) => ({ ...l, text, glyphs, engine: "person", bbox: glyphs.reduce((b, g) => union(b, g.bbox), l.bbox) }));
}

/** Moves a line one place in reading order; at the end of its region, into the next one. */
export function moveLine(regions, id, step) {
  const found = lineOf(regions, id);
  if (!found || found.region.kind !== "text") return regions;
  const { region, line } = found;
  const at = region.lines.indexOf(line);
  const to = at + step;
  if (to >= 0 && to < region.lines.length) {
    const lines = [...region.lines];
    [lines[at], lines[to]] = [lines[to], lines[at]];
    return mapRegion(regions, region.id, (r) => ({ ...r, lines }));
  }
  const texts = regions.filter((r) => r.kind === "text");
  const target = texts[texts.indexOf(region) + step];
  if (!target) return regions;
  const out = regions.map((r) => {
    if (r.id === region.id) return { ...r, lines: r.lines.filter((l) => l !== line) };
    if (r.id !== target.id) return r;
    return { ...r, bbox: union(r.bbox, line.bbox), lines: step > 0 ? [line, ...r.lines] : [...r.lines, line] };
  });
  return out.filter((r) => r.kind !== "text" || r.lines.length > 0);
}

/** Moves a text region one place in reading order. */
export function moveRegion(regions, id, step) {
  const texts = regions.filter((r) => r.kind === "text");
  const at = texts.findIndex((r) => r.id === id);
  const to = at + step;
  if (at < 0 || to < 0 || to >= texts.length) return regions;
  [texts[at], texts[to]] = [texts[to], texts[at]];
  let next = 0;
  return regions.map((r) => (r.kind === "text" ? texts[next++] : r));
}

/** Restores a line to the machine's reading. */
export function revertLine(regions, machine, id) {
  const read = lineOf(machine, id);
  return read ? mapLine(regions, id, () => read.line) : regions;
}

/** The doubtful characters in reading order: {line, glyph}. */
export function doubts(regions, limit) {
  return printed(regions).flatMap(({ line }) => line.glyphs
    .map((g, glyph) => ({ line: line.id, glyph, doubtful: g.confidence < limit && g.text !== MARK }))
    .filter((d) => d.doubtful));
}

/** The text of a stamp or of handwriting, line by line. */
export function setMarkText(regions, id, texts) {
  return mapRegion(regions, id, (r) => ({
    ...r, lines: texts.map((text, i) => (r.lines[i] ? { ...r.lines[i], text } : freshLine(r.bbox, text))),
  }));
}
