// Keyboard shortcuts. In an input field, only those with Alt apply.

import { h, button } from "/assets/dom.js";
import { t } from "/assets/translations.js";

/** Key, label, name of the action, description. */
const KEYS = [
  ["ArrowDown", "↓ j", "nextLine", { ja: "次の行", en: "next line" }],
  ["ArrowUp", "↑ k", "previousLine", { ja: "前の行", en: "previous line" }],
  ["ArrowRight", "→", "nextGlyph", { ja: "次の字", en: "next character" }],
  ["ArrowLeft", "←", "previousGlyph", { ja: "前の字", en: "previous character" }],
  ["n", "n", "nextDoubt", { ja: "次の疑わしい字", en: "next doubtful character" }],
  ["N", "Shift+N", "previousDoubt", { ja: "前の疑わしい字", en: "previous doubtful character" }],
  ["1", "1 – 9", null, { ja: "他の読みに替える", en: "take another reading" }],
  ["Enter", "Enter e", "editLine", { ja: "行の文字を直す（Enter で次の行、Esc で終わる）", en: "mend the line (Enter: next line, Esc: leave)" }],
  ["c", "c", "editGlyph", { ja: "この字を打ち替える", en: "type another character" }],
  ["v", "v", "revert", { ja: "機械の読みに戻す", en: "back to what the machine read" }],
  ["r", "r", "editRole", { ja: "役割を選ぶ", en: "choose the role" }],
  ["w", "w", "turnDirection", { ja: "縦書き・横書きを替える", en: "horizontal or vertical" }],
  ["Alt+ArrowUp", "Alt+↑ ↓", "lineEarlier", { ja: "行を前へ・後へ（Shift で領域）", en: "line earlier, later (Shift: region)" }],
  ["t", "t", "addText", { ja: "文字行を加える", en: "add a line of text" }],
  ["l", "l", "addLine", { ja: "この領域に行を加える", en: "add a line to this region" }],
  ["s", "s", "addStamp", { ja: "印を加える", en: "add a stamp" }],
  ["x", "x", "addRedaction", { ja: "墨塗を加える", en: "add a redaction" }],
  ["h", "h", "addHandwriting", { ja: "手書きを加える", en: "add handwriting" }],
  ["m", "m", "adjust", { ja: "枠を動かす（矢印、Shift で大きさ、Enter）", en: "move the box (arrows, Shift: size, Enter)" }],
  ["M", "Shift+M", "nextMark", { ja: "次の印・墨塗", en: "next stamp or redaction" }],
  ["Delete", "Delete", "removeChosen", { ja: "行・枠を削除（Shift で領域）", en: "delete line or box (Shift: region)" }],
  ["d", "d", "toggleDone", { ja: "校閲済にする", en: "mark the page done" }],
  ["u", "u Ctrl+Z", "undo", { ja: "元に戻す", en: "undo" }],
  ["U", "Shift+U Ctrl+Y", "redo", { ja: "やり直す", en: "redo" }],
  ["+", "+ − 0", "zoomIn", { ja: "拡大・縮小・全体", en: "closer, farther, whole page" }],
  ["z", "z", "zoomToLine", { ja: "行を大きく見る", en: "look closely at the line" }],
  ["b", "b", "toggleBoxes", { ja: "枠を隠す・出す", en: "hide or show the boxes" }],
  ["]", "[ ]", "nextPage", { ja: "前・次のページ", en: "previous, next page" }],
  ["g", "g", "list", { ja: "ページの一覧へ", en: "list of pages" }],
  ["?", "?", "help", { ja: "この表", en: "this table" }],
];

const MORE = {
  j: "lineAfter", k: "lineBefore", e: "editLine", "Alt+ArrowDown": "lineLater", "Alt+Shift+ArrowUp": "regionEarlier", "Alt+Shift+ArrowDown": "regionLater",
  "Shift+Delete": "removeRegion", Backspace: "removeChosen", "-": "zoomOut", "0": "fit", "=": "zoomIn", "[": "previousPage",
  "Ctrl+z": "undo", "Ctrl+Z": "redo", "Ctrl+y": "redo",
};

const BOUND = new Map([...KEYS.filter(([, , action]) => action).map(([key, , action]) => [key, action]), ...Object.entries(MORE)]);

/** The action of a key press; null if there is none, or if the key belongs to a field. */
export function actionOf(event) {
  if (event.isComposing || event.keyCode === 229) return null;
  const field = event.target.closest?.("input, textarea, select");
  const control = event.ctrlKey || event.metaKey;
  if (field && !control && !event.altKey) return null;
  // Leave the browser's own undo to input fields.
  if (field && control) return null;
  if (event.target.closest?.("button, a, summary") && (event.key === "Enter" || event.key === " ")) {
    if (!event.target.classList?.contains("cell")) return null;
  }
  const shifted = event.shiftKey && (event.altKey || event.key === "Delete") ? "Shift+" : "";
  const name = `${control ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shifted}${event.key}`;
  return BOUND.get(name) ?? null;
}

export function helpDialog(language) {
  const dialog = h("dialog", { class: "help", "aria-label": t("keys") },
    h("h2", {}, t("keys")),
    h("dl", {}, KEYS.flatMap(([, shown, , words]) => [h("dt", {}, shown.split(" ").map((k) => (k === "–" ? k : h("kbd", {}, k)))), h("dd", {}, words[language])])),
    button(t("close"), () => dialog.close(), { class: "primary" }));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
