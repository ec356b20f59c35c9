#!/usr/bin/env python3
"""Makes the context model, which decides between almost equal readings, from the text of training lines.

usage: context.py TEXT_FOLDER OUT.bin [--lines 300000]

A trigram model of characters with Witten-Bell back-off. N-grams that occur less often than CUT are left to shorter ones.
Lines of random characters are not part of the text. A line may start anywhere in a sentence. Spellings and signs that
only the image can decide are one symbol: old and new forms of a kanji, small and large kana, forms of different width,
commas and full stops.

File format, little-endian: `denshin\1`; the numbers of characters and symbols (u16 each), of pairs and triples (u32
each); for each character its code point (u32) and symbol number (u16); for each symbol its cost and back-off (u8 each)
and its number of pairs (u16); for each pair, in the order of first symbols, the second symbol (u16), cost and back-off
(u8 each), and its number of triples (u16); for each triple the third symbol and its cost. A cost is a negative natural
logarithm in eighths. Symbol 0 is the start of a line.
"""

import argparse
import collections
import math
import pathlib
import random
import struct
import unicodedata

from characters import folded, read_characters
from data import latin
from sentences import LONGEST, Sentences

ORDER = 3
CUT = {2: 3, 3: 6}
START = "\n"
WIDE_OR_NARROW = [chr(code) for code in [*range(0xFF01, 0xFF5F), *range(0xFF61, 0xFFA0)]]  # other networks may distinguish them
CLASSES = len(read_characters())
STEPS = 8  # per unit of natural logarithm
LATIN, TELEGRAPHIC = 0.05, 0.03  # share of lines


OLD_FORMS = pathlib.Path(__file__).parents[2] / "src/orthography/old_forms.txt"
NEW_OF_OLD = dict(line.split() for line in OLD_FORMS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
ALIKE = str.maketrans("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ。，．,.", "あいうえおつやゆよわアイウエオツヤユヨワカケ、、、、、")


def symbol(character):
    """The symbol of a character in the model."""
    form = unicodedata.normalize("NFKC", character)
    form = (form if len(form) == 1 else character).translate(ALIKE)
    return NEW_OF_OLD.get(form, form)


def line(sentences, rng):
    chance = rng.random()
    if chance < LATIN:
        text = latin(rng)
    elif chance < LATIN + TELEGRAPHIC:
        text = sentences.telegraphic(rng)
    else:
        text = sentences.sensible(rng)
    return START + "".join(map(symbol, folded(text[:LONGEST])))


def count(sentences, lines, rng):
    """Counts the characters, pairs and triples in the given number of lines."""
    counts = {order: collections.Counter() for order in range(1, ORDER + 1)}
    for _ in range(lines):
        text = line(sentences, rng)
        for order, grams in counts.items():
            grams.update(text[i : i + order] for i in range(max(0, 2 - order), len(text) - order + 1))
    return counts


class Model:
    """Smoothed probabilities of the kept n-grams, and the back-off weights of their contexts."""

    def __init__(self, counts):
        self.known = sorted({START, *counts[1]})
        self.total = counts[1].total()
        self.grams = {1: counts[1]} | {order: {g: n for g, n in counts[order].items() if n >= CUT[order]} for order in CUT}
        seen, kept, kinds = (collections.Counter() for _ in range(3))
        for order in CUT:
            for gram, n in counts[order].items():
                seen[gram[:-1]] += n
            for gram, n in self.grams[order].items():
                kept[gram[:-1]] += n
                kinds[gram[:-1]] += 1
        # Dropped n-grams count as unseen.
        self.whole = {context: seen[context] + kinds[context] for context in kept}
        self.left = {context: (kinds[context] + seen[context] - kept[context]) / self.whole[context] for context in kept}

    def probability(self, gram):
        """Probability of the last character after the others."""
        if len(gram) == 1:
            return (self.grams[1].get(gram, 0) + 0.5) / (self.total + 0.5 * CLASSES)
        shorter = self.probability(gram[1:])
        context = gram[:-1]
        if context not in self.whole:
            return shorter
        return self.grams[len(gram)].get(gram, 0) / self.whole[context] + self.left[context] * shorter


def cost(probability):
    return min(255, round(-STEPS * math.log(probability)))


def packed(model):
    """The content of the file."""
    number = {c: i for i, c in enumerate([START, *(c for c in model.known if c != START)])}
    forms = {c: number[symbol(c)] for c in [*read_characters(), *WIDE_OR_NARROW] if symbol(c) in number}
    by_context = {order: collections.defaultdict(list) for order in CUT}
    for order in CUT:
        for gram in sorted(model.grams[order], key=lambda gram: [number[c] for c in gram]):
            by_context[order][gram[:-1]].append(gram)
    symbols, pairs, triples = bytearray(), bytearray(), bytearray()
    numbers = [len(number), 0, 0]
    for c in number:
        after = by_context[2][c]
        symbols += struct.pack("<BBH", cost(model.probability(c)), cost(model.left.get(c, 1)), len(after))
        numbers[1] += len(after)
        for pair in after:
            then = by_context[3][pair]
            pairs += struct.pack("<HBBH", number[pair[1]], cost(model.probability(pair)), cost(model.left.get(pair, 1)), len(then))
            numbers[2] += len(then)
            for triple in then:
                triples += struct.pack("<HB", number[triple[2]], cost(model.probability(triple)))
    characters = b"".join(struct.pack("<IH", ord(c), i) for c, i in forms.items())
    return b"denshin\1" + struct.pack("<HHII", len(forms), *numbers) + characters + symbols + pairs + triples


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("text", type=pathlib.Path)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--lines", type=int, default=300_000)
    options = arguments.parse_args()
    model = Model(count(Sentences(options.text), options.lines, random.Random(0)))
    options.out.write_bytes(packed(model))
    print(f"{options.out}: {len(model.known)} symbols, {len(model.grams[2])} pairs, {len(model.grams[3])} triples")


if __name__ == "__main__":
    main()
