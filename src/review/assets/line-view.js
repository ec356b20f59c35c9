// An enlarged line: its image, and each character beside its ink in either writing direction.

import { cutUrl } from "/assets/api.js";
import { h } from "/assets/dom.js";
import { frameOf, isVertical, straight } from "/assets/geometry.js";
import { t } from "/assets/translations.js";

/** Screen pixels per character along the line. */
const LEAST = 24;
const MOST = 46;
/** Largest thickness of a line's image, screen pixels. */
const THICKEST = 84;

/** Scale at which the line fits the room and is legible, but not oversized. */
function scaleFor(frame, line, vertical, room) {
  const length = vertical ? frame.height : frame.width;
  const thickness = vertical ? frame.width : frame.height;
  const pitch = length / Math.max(1, line.glyphs.length);
  const fitting = Math.min(Math.max(room / length, LEAST / pitch), MOST / pitch);
  return Math.min(fitting, THICKEST / thickness);
}

/** The image and the glyph cells of a line. `room`: available screen pixels along the line. */
export function lineView(state, doubtful, { region, line }, room, onCell) {
  const { page, choice } = state;
  const vertical = isVertical(region);
  const frame = frameOf(line, page);
  const scale = scaleFor(frame, line, vertical, room);
  const image = h("img", {
    class: "line-image", alt: t("lineEditor"), src: cutUrl(page.id, frame), draggable: "false",
    width: Math.round(frame.width * scale), height: Math.round(frame.height * scale),
  });
  const cells = line.glyphs.map((glyph, i) => cell(glyph, i, doubtful, choice.glyph === i, onCell));
  const track = h("div", { class: "cells", role: "group", "aria-label": line.text, lang: "ja" }, cells);
  const length = Math.round((vertical ? frame.height : frame.width) * scale);
  track.style[vertical ? "height" : "width"] = `${length}px`;
  cells.forEach((element, i) => {
    const [l, top, r, b] = straight(line.glyphs[i].bbox, page);
    const [from, to] = vertical ? [top - frame.top, b - frame.top] : [l - frame.left, r - frame.left];
    element.style[vertical ? "top" : "left"] = `${from * scale}px`;
    element.style[vertical ? "height" : "width"] = `${Math.max(14, (to - from) * scale)}px`;
  });
  return h("div", { class: "line-view" }, image, track);
}

function cell(glyph, index, doubtful, chosen, onCell) {
  const sure = Math.floor(glyph.confidence * 100);
  const kind = glyph.text === "■" ? " hidden" : glyph.confidence < doubtful ? " doubt" : "";
  return h("button", {
    type: "button", class: `cell${kind}`, tabindex: chosen ? "0" : "-1", "aria-pressed": chosen ? "true" : "false",
    "aria-label": `${glyph.text} ${t("certain", { p: sure })}`, "data-glyph": index, onclick: () => onCell(index),
  }, glyph.text);
}
