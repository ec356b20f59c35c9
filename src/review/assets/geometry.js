// Boxes [left, top, right, bottom] in pixels of the scan, and frames of lines. Must agree with picture.rs.

export const isVertical = (region) => region.kind === "text" && region.writing_mode === "vertical-rl";
export const centre = ([l, t, r, b]) => [(l + r) / 2, (t + b) / 2];
export const contains = ([l, t, r, b], [x, y]) => l <= x && x < r && t <= y && y < b;
export const area = ([l, t, r, b]) => Math.max(0, r - l) * Math.max(0, b - t);
export const union = (a, b) => (area(a) === 0 ? b : area(b) === 0 ? a
  : [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
export const shared = (a, b) =>
  area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
export const shifted = ([l, t, r, b], dx, dy) => [l + dx, t + dy, r + dx, b + dy];

/** Orders the corners, rounds them, and clips them to the page. */
export function tidy([l, t, r, b], { width, height }) {
  const x = (v) => Math.round(Math.min(Math.max(v, 0), width));
  const y = (v) => Math.round(Math.min(Math.max(v, 0), height));
  return [x(Math.min(l, r)), y(Math.min(t, b)), x(Math.max(l, r)), y(Math.max(t, b))];
}

/** Rotation of the text on the scan, degrees clockwise. */
export const turn = (page) => page.skew_degrees - page.rotation;

/** Rotates a point around the scan's top-left corner. */
export function turned([x, y], degrees) {
  const a = (degrees * Math.PI) / 180;
  return [x * Math.cos(a) - y * Math.sin(a), x * Math.sin(a) + y * Math.cos(a)];
}

/** A glyph's box on the upright, deskewed page: [left, top, right, bottom], not rounded. */
export function straight(box, page) {
  const [cx, cy] = turned(centre(box), -turn(page));
  let [w, h] = [(box[2] - box[0]) / 2, (box[3] - box[1]) / 2];
  if (page.rotation % 180 === 90) [w, h] = [h, w];
  return [cx - w, cy - h, cx + w, cy + h];
}

/** The frame around a line's glyphs, with a margin in parts of its thickness. */
export function frameOf(line, page, margin = 0.2) {
  const cells = line.glyphs.map((g) => g.bbox).filter((b) => area(b) > 0);
  const boxes = (cells.length ? cells : [line.bbox]).map((b) => straight(b, page));
  const all = boxes.reduce((a, b) =>
    [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
  const m = Math.min(all[2] - all[0], all[3] - all[1]) * margin;
  const [left, top] = [all[0] - m, all[1] - m];
  const size = (length) => Math.min(12000, Math.max(1, Math.ceil(length + 2 * m)));
  return { degrees: turn(page), left, top, width: size(all[2] - all[0]), height: size(all[3] - all[1]) };
}

/** The corners of a frame on the scan. */
export function corners({ degrees, left, top, width, height }) {
  const at = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]];
  return at.map((p) => turned(p, degrees));
}
