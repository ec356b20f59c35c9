// The texts of the interface in Japanese and English.

const WORDS = {
  ja: {
    title: "電信 校閲", language: "English", reviewer: "校閲者", rename: "名前を変える", save: "保存", cancel: "やめる", close: "閉じる",
    "show.all": "すべて", "show.open": "未了", "show.low": "確信度低", "show.warnings": "警告あり", "show.changed": "修正あり", "show.done": "校閲済",
    "sort.name": "名前順", "sort.doubt": "疑わしい順", "sort.warnings": "警告の多い順", "sort.latest": "新しい修正順",
    show: "表示", sort: "並べ方", find: "名前・番号・件名を探す", pages: "{n} ページ", progress: "{all} ページ中 {done} ページ校閲済", growing: "読み込み中…",
    unreadable: "読めない記録 {n} 件", none: "該当するページはありません", list: "ページの一覧",
    "column.page": "ページ", "column.subject": "番号・件名", "column.doubt": "疑わしい字", "column.warnings": "警告", "column.marks": "印・墨塗", "column.state": "状態",
    "state.done": "校閲済", "state.changed": "修正 {n}", "state.open": "未着手", "state.damaged": "校閲ファイル破損",
    "of": "{n} / {all} 字", "marks": "印 {s}・墨塗 {x}", number: "第{n}号", certain: "確信度 {p} %",
    back: "一覧へ", previous: "前のページ", next: "次のページ", done: "校閲済にする", undone: "校閲済を取り消す", isdone: "校閲済", undo: "元に戻す", redo: "やり直す",
    keys: "キー操作", saved: "保存済", saving: "保存中…", unsaved: "未保存", conflict: "他の人の修正あり", failed: "保存できません: {why}", retry: "もう一度保存",
    "saved.by": "{by} が保存（{at}）", untouched: "まだ誰も校閲していません",
    scan: "画像", text: "本文", lineEditor: "行の校閲", regions: "領域", noscan: "画像を開けません: {why}",
    "tool.text": "文字行を加える", "tool.stamp": "印を加える", "tool.redaction": "墨塗を加える", "tool.handwriting": "手書きを加える", add: "加える",
    "tool.draw": "画像の上で囲むか、矢印キーで動かし（Shift で大きさ）Enter で決定、Esc でやめる", zoomin: "拡大", zoomout: "縮小", fit: "全体", boxes: "枠を表示",
    role: "役割", direction: "方向", "mode.horizontal-tb": "横書き", "mode.vertical-rl": "縦書き", order: "順序", earlier: "前へ", later: "後へ", adjust: "枠を動かす", remove: "削除", revert: "機械の読みに戻す",
    removeline: "この行を削除", removeregion: "この領域を削除", addline: "行を加える", regionearlier: "領域を前へ", regionlater: "領域を後へ",
    "role.notice": "注意", "role.form-title": "表題", "role.serial": "総番号", "role.bureau": "主管", "role.sent": "発", "role.received": "着", "role.to": "宛先", "role.from": "発信者", "role.subject": "件名", "role.number": "番号", "role.body": "本文", "role.closing": "末尾", "role.label": "見出し", "role.other": "その他",
    "kind.text": "文字", "kind.stamp": "印", "kind.redaction": "墨塗", "kind.handwriting": "手書き", "kind.ruling": "罫線",
    color: "色", shape: "形", style: "消し方", hidden: "字数", stamptext: "印の文字", handtext: "手書きの文字",
    "color.red": "赤", "color.blue": "青", "color.violet": "紫", "color.black": "黒", "shape.rectangle": "四角", "shape.circle": "円", "shape.oval": "楕円", "shape.frameless": "枠なし", "style.solid": "黒塗り", "style.outlined": "白抜き枠",
    linetext: "この行の文字", character: "字「{c}」", alternatives: "他の読み", noalternatives: "他の読みはありません", replace: "置き換える字", machine: "機械の読み", reference: "参照", take: "採る",
    chosen: "「{c}」に替えました", removed: "削除しました", added: "加えました", moved: "順序を変えました", undid: "元に戻しました", redid: "やり直しました", nothing: "これ以上ありません", marked: "校閲済にしました", unmarked: "校閲済を取り消しました", doubtful: "疑わしい字", nodoubt: "疑わしい字はもうありません",
    warningsof: "警告 {n} 件", recordchanged: "校閲の後で機械の読みが新しくなりました。表示しているのは校閲の内容です。", select: "行か枠を選んでください", lineof: "{n} 行目／{all} 行",
    leave: "保存されていない修正があります", exporttext: "本文を書き出す（.gt.txt）", exportjson: "枠とともに書き出す（.gt.json）", more: "書き出す",
    "ask.name": "お名前（修正の記録に残ります）", "conflict.title": "このページは {by} が {at} に保存しました", "conflict.why": "あなたの修正はまだ保存されていません。どちらも失われません。食い違う所だけ選んでください。",
    "conflict.theirs": "{by} の修正だけを採る", "conflict.merge": "両方を合わせて保存", "conflict.mine": "あなた", "conflict.nothing": "同じ所を直していないので、両方をそのまま合わせられます。", "conflict.what": "食い違う所", "conflict.gone": "（削除）",
  },
  en: {
    title: "denshin review", language: "日本語", reviewer: "Reviewer", rename: "Change name", save: "Save", cancel: "Cancel", close: "Close",
    "show.all": "All", "show.open": "Not done", "show.low": "Low confidence", "show.warnings": "Warnings", "show.changed": "Changed", "show.done": "Done",
    "sort.name": "by name", "sort.doubt": "most doubtful first", "sort.warnings": "most warnings first", "sort.latest": "latest changes first",
    show: "Show", sort: "Order", find: "Find name, number, subject", pages: "{n} pages", progress: "{done} of {all} pages done", growing: "reading the folder …",
    unreadable: "{n} records cannot be read", none: "No page answers to this", list: "Pages",
    "column.page": "Page", "column.subject": "Number and subject", "column.doubt": "Doubtful", "column.warnings": "Warnings", "column.marks": "Marks", "column.state": "State",
    "state.done": "done", "state.changed": "{n} changed", "state.open": "untouched", "state.damaged": "review damaged",
    "of": "{n} of {all}", "marks": "{s} stamps, {x} redactions", number: "No. {n}", certain: "{p} % sure",
    back: "All pages", previous: "Previous page", next: "Next page", done: "Mark done", undone: "Not done after all", isdone: "Done", undo: "Undo", redo: "Redo",
    keys: "Keys", saved: "Saved", saving: "Saving …", unsaved: "Not saved", conflict: "Somebody else saved", failed: "Not saved: {why}", retry: "Save again",
    "saved.by": "saved by {by}, {at}", untouched: "Nobody has reviewed this page yet",
    scan: "Scan", text: "Text", lineEditor: "Line", regions: "Regions", noscan: "No picture: {why}",
    "tool.text": "Add a line of text", "tool.stamp": "Add a stamp", "tool.redaction": "Add a redaction", "tool.handwriting": "Add handwriting", add: "Add",
    "tool.draw": "Draw on the scan, or move with the arrow keys (Shift: size), Enter to keep, Esc to cancel", zoomin: "Closer", zoomout: "Farther", fit: "Whole page", boxes: "Boxes",
    role: "Role", direction: "Direction", "mode.horizontal-tb": "horizontal", "mode.vertical-rl": "vertical", order: "Order", earlier: "Earlier", later: "Later", adjust: "Move box", remove: "Delete", revert: "As the machine read",
    removeline: "Delete line", removeregion: "Delete region", addline: "Add line", regionearlier: "Region earlier", regionlater: "Region later",
    "role.notice": "notice", "role.form-title": "form title", "role.serial": "serial", "role.bureau": "bureau", "role.sent": "sent", "role.received": "received", "role.to": "to", "role.from": "from", "role.subject": "subject", "role.number": "number", "role.body": "body", "role.closing": "closing", "role.label": "label", "role.other": "other",
    "kind.text": "text", "kind.stamp": "stamp", "kind.redaction": "redaction", "kind.handwriting": "handwriting", "kind.ruling": "ruling",
    color: "Colour", shape: "Shape", style: "Hidden by", hidden: "Characters", stamptext: "Text of the stamp", handtext: "Handwritten text",
    "color.red": "red", "color.blue": "blue", "color.violet": "violet", "color.black": "black", "shape.rectangle": "rectangle", "shape.circle": "circle", "shape.oval": "oval", "shape.frameless": "no frame", "style.solid": "blacked out", "style.outlined": "white in a frame",
    linetext: "Text of this line", character: "Character {c}", alternatives: "Other readings", noalternatives: "no other readings", replace: "Replace with", machine: "Machine", reference: "Reference", take: "Take it",
    chosen: "Now {c}", removed: "Deleted", added: "Added", moved: "Moved in the order", undid: "Undone", redid: "Redone", nothing: "Nothing more", marked: "Marked done", unmarked: "No longer marked done", doubtful: "Doubtful character", nodoubt: "No doubtful character left",
    warningsof: "{n} warnings", recordchanged: "The machine has read this page anew since it was reviewed. What you see is the review.", select: "Choose a line or a box", lineof: "line {n} of {all}",
    leave: "There are changes that are not saved", exporttext: "Text (.gt.txt)", exportjson: "Text and boxes (.gt.json)", more: "Export",
    "ask.name": "Your name (kept with what you change)", "conflict.title": "{by} saved this page at {at}", "conflict.why": "Your changes are not saved yet. Nothing is lost: choose only where both changed the same.",
    "conflict.theirs": "Keep only what {by} did", "conflict.merge": "Save both together", "conflict.mine": "You", "conflict.nothing": "You did not change the same places: both fit together as they are.", "conflict.what": "Both changed", "conflict.gone": "(deleted)",
  },
};

let language = "en";

/** Sets the language, also as the document's language for speech and line breaking. */
export function speak(name) {
  language = WORDS[name] ? name : "en";
  document.documentElement.lang = language;
  document.title = t("title");
}

export const spoken = () => language;

/** The text for a key, with the values in braces filled in. */
export function t(key, values = {}) {
  const words = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A time in the format of the language. */
export function when(at) {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at
    : date.toLocaleString(language === "ja" ? "ja-JP" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
}
