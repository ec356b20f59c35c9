// Creates HTML and SVG elements.

/** An element with attributes, listeners (`onclick`) and children; `null` and `false` are omitted. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

export function button(label, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, label);
}

/** A labelled select. `options`: pairs of value and label. */
export function choice(label, value, options, onchange) {
  const list = h("select", { onchange: (e) => onchange(e.target.value) },
    options.map(([v, name]) => h("option", { value: v, selected: v === value }, name)));
  return h("label", { class: "field" }, h("span", {}, label), list);
}

/** Shows a message for a while, in a live region that screen readers announce. */
export function announce(text, kind = "plain") {
  const news = document.getElementById("news");
  news.className = kind;
  news.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { news.textContent = ""; }, kind === "error" ? 12000 : 4000);
}
