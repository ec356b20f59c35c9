// Modal dialogs.

import { button, h } from "/assets/dom.js";
import { conflicts, merge } from "/assets/merge.js";
import { t, when } from "/assets/translations.js";

function show(dialog) {
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Asks for the reviewer's name; null if the dialog is cancelled. */
export function askName(name) {
  return new Promise((resolve) => {
    const field = h("input", { name: "name", value: name, maxlength: "80", required: true, autocomplete: "name" });
    const dialog = h("dialog", { class: "ask", "aria-label": t("reviewer") },
      h("label", { class: "field" }, h("span", {}, t("ask.name")), field),
      h("div", { class: "buttons" }, button(t("cancel"), () => dialog.close()), button(t("save"), () => keep(), { class: "primary" })));
    let given = null;
    const keep = () => {
      if (!field.value.trim()) return field.focus();
      given = field.value.trim();
      return dialog.close();
    };
    field.addEventListener("keydown", (e) => { if (e.key === "Enter" && !e.isComposing) keep(); });
    dialog.addEventListener("close", () => resolve(given));
    show(dialog);
    field.select();
  });
}

/** Another person saved the page: shows the conflicting changes and lets the reviewer merge them. */
export function settleConflict(state, theirs) {
  const last = theirs.history.at(-1) ?? { by: "?", at: "" };
  const who = { by: last.by, at: when(last.at) };
  const base = state.saved.regions;
  const both = conflicts(base, state.regions, theirs.regions);
  const rows = both.map((conflict, i) => {
    const name = (side) => `choice-${i}-${side}`;
    const option = (side, label, thing) => h("label", { class: "side" },
      h("input", { type: "radio", name: `choice-${i}`, value: side, id: name(side), checked: side === "mine" }),
      h("span", {}, label), h("q", { lang: "ja" }, describe(thing)));
    return h("fieldset", {}, h("legend", {}, `${i + 1}`), option("mine", t("conflict.mine"), conflict.mine), option("theirs", last.by, conflict.theirs));
  });
  const dialog = h("dialog", { class: "conflict", "aria-label": t("conflict") },
    h("h2", {}, t("conflict.title", who)), h("p", {}, t("conflict.why")),
    both.length ? h("h3", {}, t("conflict.what")) : h("p", { class: "calm" }, t("conflict.nothing")), rows,
    h("div", { class: "buttons" },
      button(t("conflict.theirs", who), () => finish(null), { class: "danger" }),
      button(t("conflict.merge"), () => finish("merge"), { class: "primary", autofocus: true })));
  const finish = (how) => {
    const chosen = (c) => dialog.querySelector(`input[name="choice-${both.indexOf(both.find((b) => b.kind === c.kind && b.id === c.id))}"]:checked`)?.value ?? "mine";
    const done = state.done !== state.saved.done ? state.done : theirs.done;
    if (how === "merge") state.settle(theirs, merge(base, state.regions, theirs.regions, chosen), done);
    else state.settle(theirs, null);
    dialog.close();
  };
  // Without an answer, the reviewer's changes could not be saved any more.
  dialog.addEventListener("cancel", (e) => e.preventDefault());
  show(dialog);
}

function describe(thing) {
  if (!thing) return t("conflict.gone");
  if (typeof thing.text === "string") return thing.text;
  return `${t(`kind.${thing.kind}`)} ${thing.role ? t(`role.${thing.role}`) : ""} [${thing.bbox.join(", ")}]`;
}
