// Finds the line of a reference that corresponds to a line of the page, and their differences.

const bigrams = (text) => {
  const all = [...text];
  return all.length < 2 ? all : all.slice(1).map((c, i) => all[i] + c);
};

/** Similarity of two texts, 0 to 1: the Dice coefficient of their character bigrams (Dice 1945). */
export function likeness(a, b) {
  const [x, y] = [bigrams(a), bigrams(b)];
  if (x.length + y.length === 0) return 0;
  const left = new Map();
  for (const pair of x) left.set(pair, (left.get(pair) ?? 0) + 1);
  let both = 0;
  for (const pair of y) {
    const n = left.get(pair) ?? 0;
    if (n > 0) { both += 1; left.set(pair, n - 1); }
  }
  return (2 * both) / (x.length + y.length);
}

/** The most similar line; null if no similarity exceeds 0.4. */
export function nearest(text, lines) {
  let best = { line: null, score: 0.4 };
  for (const line of lines) {
    const score = likeness(text, line);
    if (score > best.score) best = { line, score };
  }
  return best.line;
}

/** The characters of `b`, each with whether it is in the longest common subsequence with `a`. */
export function differences(a, b) {
  const [x, y] = [[...a], [...b]];
  const common = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i -= 1) {
    for (let j = y.length - 1; j >= 0; j -= 1) {
      common[i][j] = x[i] === y[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const out = [];
  let i = 0;
  for (let j = 0; j < y.length; j += 1) {
    while (i < x.length && x[i] !== y[j] && common[i + 1][j] >= common[i][j + 1]) i += 1;
    const same = i < x.length && x[i] === y[j];
    out.push({ character: y[j], same });
    if (same) i += 1;
  }
  return out;
}
