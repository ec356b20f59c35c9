// The text of PDFs as pdf.js has it, as its viewer searches it: {file: text} as JSON.
//
// usage: node pdfjs.js FILE …
// What pages are drawn with, and text is not: pdf.js complains, in the output, where they are missing.
for (const name of ["DOMMatrix", "Path2D"]) globalThis[name] ??= class {};
const fs = require("fs");
const { getDocument } = require("pdfjs-dist/legacy/build/pdf.js");

async function text(file) {
  const pdf = await getDocument({ data: new Uint8Array(fs.readFileSync(file)), verbosity: 0 }).promise;
  let all = "";
  for (let number = 1; number <= pdf.numPages; number++) {
    const { items } = await (await pdf.getPage(number)).getTextContent();
    all += items.map(item => item.str + (item.hasEOL ? "\n" : "")).join("") + "\n";
  }
  return all;
}

(async () => {
  const files = process.argv.slice(2);
  const texts = [];
  for (const file of files) texts.push([file, await text(file)]);
  console.log(JSON.stringify(Object.fromEntries(texts)));
})();
