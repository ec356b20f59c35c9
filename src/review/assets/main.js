// Entry point: loads the session, then shows the list or the page that the URL names.

import * as api from "/assets/api.js";
import { askName } from "/assets/dialogs.js";
import { announce } from "/assets/dom.js";
import { showList } from "/assets/list.js";
import { showPage } from "/assets/page.js";
import { speak, spoken } from "/assets/translations.js";

const NAME = "denshin.name";
const LANGUAGE = "denshin.language";
const view = document.getElementById("view");

const session = await api.session();
const app = {
  session,
  question: { show: "all", sort: "name", find: "" },
  row: 0,
  name: () => localStorage.getItem(NAME) || session.reviewer,
  async rename() {
    const name = await askName(app.name());
    if (name) localStorage.setItem(NAME, name);
    await show();
  },
  /** The reviewer's name; asks for it once if it is unknown. */
  async who() {
    if (!app.name()) {
      const name = await askName("");
      if (name) localStorage.setItem(NAME, name);
    }
    return app.name();
  },
  switchLanguage() {
    speak(spoken() === "ja" ? "en" : "ja");
    localStorage.setItem(LANGUAGE, spoken());
    show();
  },
  go(hash) {
    if (location.hash === hash) show();
    else location.hash = hash;
  },
};

let close = () => {};
let turn = 0;

async function show() {
  turn += 1;
  const mine = turn;
  close();
  close = () => {};
  const id = location.hash.match(/^#\/page\/([0-9a-f]+)$/)?.[1];
  try {
    const closing = id ? await showPage(view, id, app, () => mine === turn) : showList(view, app);
    if (mine === turn) close = closing;
    else closing();
  } catch (error) {
    announce(error.message, "error");
    if (id) app.go("#/");
  }
}

speak(localStorage.getItem(LANGUAGE) ?? session.language);
addEventListener("hashchange", show);
await show();
