// Merges the work of two persons on one page. A change by one person is kept. If both changed the same item, the
// reviewer chooses. Lines are compared one by one, regions without their lines.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const shape = ({ lines: _lines, confidence: _confidence, ...rest }) => rest;
const byId = (things) => new Map(things.map((t) => [t.id, t]));
const words = (line) => line && { text: line.text, bbox: line.bbox };

/** The changeable items of a page by id: lines, and regions without their lines. */
function parts(regions) {
  const lines = byId(regions.flatMap((r) => r.lines));
  const shapes = byId(regions.map(shape));
  return { lines, shapes };
}

/** Items that both persons changed differently: [{ kind, id, mine, theirs }]; null stands for a deleted item. */
export function conflicts(base, mine, theirs) {
  const [b, m, o] = [base, mine, theirs].map(parts);
  const found = [];
  for (const [kind, view] of [["lines", words], ["shapes", (s) => s]]) {
    for (const id of new Set([...b[kind].keys(), ...m[kind].keys(), ...o[kind].keys()])) {
      const [was, my, their] = [b, m, o].map((p) => view(p[kind].get(id) ?? null));
      if (!same(my, their) && !same(my, was) && !same(their, was)) {
        found.push({ kind, id, mine: m[kind].get(id) ?? null, theirs: o[kind].get(id) ?? null });
      }
    }
  }
  return found;
}

/** Merges both sides; `choose(conflict)` returns "mine" or "theirs". Shared items keep the order of `theirs`. */
export function merge(base, mine, theirs, choose) {
  const [b, m] = [base, mine].map(parts);
  const choices = new Map(conflicts(base, mine, theirs).map((c) => [`${c.kind} ${c.id}`, choose(c)]));
  const pick = (kind, id, view, my, their) => {
    const choice = choices.get(`${kind} ${id}`);
    if (choice) return choice === "mine" ? my : their;
    return same(view(my), view(b[kind].get(id) ?? null)) ? their : my;
  };
  const myRegions = byId(mine);
  const out = [];
  for (const region of theirs) {
    const picked = pick("shapes", region.id, (s) => s && shape(s), myRegions.get(region.id) ?? null, region);
    if (!picked) continue;
    const lines = region.lines.map((l) => pick("lines", l.id, words, m.lines.get(l.id) ?? null, l)).filter(Boolean);
    out.push({ ...picked, lines });
  }
  addMine(out, mine, b, choices);
  return out.filter((r) => r.kind !== "text" || r.lines.length > 0);
}

/** Adds items that only `mine` added, or that `choose` kept although `theirs` deleted them. */
function addMine(out, mine, base, choices) {
  const has = (kind, id) => base[kind].has(id);
  const wanted = (kind, id) => choices.get(`${kind} ${id}`) === "mine" || !has(kind, id);
  const there = new Set(out.flatMap((r) => r.lines.map((l) => l.id)));
  for (const [index, region] of mine.entries()) {
    const lines = region.lines.filter((l) => !there.has(l.id) && wanted("lines", l.id));
    const target = out.find((r) => r.id === region.id);
    if (target) target.lines = [...target.lines, ...lines];
    else if (wanted("shapes", region.id) || lines.length > 0) {
      const before = out.findIndex((r) => r.id === mine[index - 1]?.id);
      out.splice(before < 0 ? out.length : before + 1, 0, { ...region, lines });
    }
  }
}
