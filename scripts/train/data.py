"""Generates line images with labels, as denshin passes them to its recognizer.

denshin crops a line from the deskewed page at the box of its ink, grown by a twelfth of its height (at least 2 px),
erases marks to white and normalizes the contrast in windows; `crop` and `even_out` do the same here. Batches depend only
on the seed and their number, so interrupted training can resume.
"""

import random

import cv2
import numpy

import printing
import stamps
from characters import folded, read_characters
from english import NAMES, PLACES, WORDS
from faces import Faces
from sentences import LONGEST, Sentences

HEIGHT = 48
WIDEST = 1300
NARROWEST = 0.6  # smallest factor by which lines are narrowed in training
BLANKS = 0.3  # share of lines with blanks between characters, like headers; without them, 一 was read in the blanks
SMALL_PRINT = 0.2  # share of lines in small print, like notices of forms scanned at 200 dpi
CLASS = {c: i + 1 for i, c in enumerate(read_characters())}


MANNERS = ["type"] * 5 + ["struck"] * 3 + ["dots"] * 2
DATES = (
    "{y}.{m}.{d}|{y}. {m}. {d}|{y} {m} {d}|'{y}.{m}.{d}|{m}月{d}日|{m}.{d}|{y}年{m}月{d}日|昭{y}.{m}.{d}|{h}時{n}分|第{y}{d}号"
).split("|")


def line(sentences, faces, rng, noise):
    """An image `HEIGHT` px high and its text, or None if the text has vanished or no face has its characters."""
    text, face, vertical, in_stamp = drawn(sentences, faces, rng)
    if face is None:
        return None
    if rng.random() < BLANKS and not in_stamp:
        text = with_blanks(text, rng)
    size = rng.randint(18, 26) if rng.random() < SMALL_PRINT else rng.randint(24, 56)
    pitch = 1 + rng.choice([0, 0, 0, rng.uniform(0, 0.15), rng.uniform(0.1, 1.0)])
    ink = printing.typed(text, face, size, pitch, vertical, rng)
    if rng.random() < (0.4 if in_stamp else 0.06):
        ink = printing.stretched(ink, rng.choice([0.7, 1.4] if in_stamp else [2, 2, rng.uniform(0.7, 1.8)]))
    rows, columns = numpy.nonzero(ink > 0.3)
    if not len(rows) or ink.shape[1] > 4000:
        return None
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    clean = ink
    if in_stamp:
        ink = printing.in_a_stamp(ink, box, size, rng)
    else:
        ink = with_neighbours(ink, box, sentences, face, size, pitch, vertical, rng)
        ink = worn(ink, box, faces, size, vertical, rng, noise)
    if rng.random() < 0.06:
        ink = printing.beside_a_block(ink, box, text, size, rng)
    gray = printing.scanned(ink, size, noise, rng)
    if rng.random() < 0.12:
        gray = printing.copied(gray, rng, noise)
    if rng.random() < 0.05 and size > 30:
        gray = printing.faxed(gray, vertical, rng)
    if not legible(gray, clean, box):
        return None
    gray = crop(skewed(gray, rng), box, size, rng)
    gray = even_out(gray) if rng.random() < 0.85 else gray
    width = round(gray.shape[1] * HEIGHT / gray.shape[0])
    if not 16 <= width <= WIDEST or gray.std() < 8:
        return None
    return resized(gray, rng.choice([1, rng.uniform(NARROWEST, 1)])), text


def drawn(sentences, faces, rng):
    """A text, a face for it (or None), whether it is vertical, and whether it belongs to a stamp."""
    chance = rng.random()
    if chance < 0.04:
        return *with_face(sentences.telegraphic(rng), faces, "pins", "type", rng), False, False
    if chance < 0.10:
        return *with_face(sentences.draw(rng), faces, "pins", "type", rng), False, False
    if chance < 0.14:
        return *with_face(latin(rng), faces, "latin", rng.choice(MANNERS), rng), False, False
    if chance < 0.22:
        name = rng.random() < 0.5
        kind = "handwritten" if name and rng.random() < 0.5 else "japanese"
        text = stamp_row(name, sentences.held_out, rng)
        return *with_face(text, faces, kind, "type", rng), rng.random() < (0.8 if name else 0.2), True
    return *with_face(sentences.draw(rng), faces, "japanese", rng.choice(MANNERS), rng), rng.random() < 0.5, False


def with_face(text, faces, kind, manner, rng):
    face = next((face for face in (faces.draw(rng, kind, manner) for _ in range(8)) if face.has(text)), None)
    return text, face


def with_blanks(text, rng):
    """Inserts blanks of one to four half cells at one or two places."""
    for _ in range(rng.choice([1, 1, 2])):
        place = rng.randrange(1, max(2, len(text)))
        text = text[:place] + rng.choice([" ", "　", "　", "　　"]) + text[place:]
    return text


def latin(rng):
    """English words as in telegrams."""
    words = [rng.choice(WORDS) if rng.random() < 0.8 else rng.choice(PLACES + NAMES) for _ in range(rng.randint(1, 6))]
    text = rng.choice([str.upper, str.upper, str, str.title])(" ".join(words))
    if rng.random() < 0.3:
        text = f"{rng.randint(1, 99)}{rng.choice(['. ', ') ', ' ', '-'])}{text}"
    return text[:LONGEST] + rng.choice(["", "", ".", ",", ":", f" {rng.randint(1, 9999)}"])


def stamp_row(name, held_out, rng):
    """A row of a stamp: a surname, or a text of rubber stamps and daters."""
    if name:
        return stamps.surname(rng, held_out)
    texts = stamps.HELD_OUT if held_out else stamps.TRAINING
    text = rng.choice(rng.choice(texts[rng.choice(["secrecy", "release", "office"])]).split("/"))
    return stamps.date_of(rng, DATES) if text == "日付" or rng.random() < 0.35 else text


def legible(gray, clean, box):
    """Whether the text is visible in every segment of half a line height. A label without visible text teaches the network
    to invent. (With segments of two heights it learned vanished full stops: it read 。 at the end of lines without one.)"""
    left, top, right, bottom = box
    stretch = max(1, (bottom - top) // 2)
    for start in range(left, right, stretch):
        window = (slice(top, bottom), slice(start, start + stretch))
        print_, paper = gray[window][clean[window] > 0.6], gray[window][clean[window] < 0.05]
        if len(print_) and len(paper) and float(paper.mean()) - float(print_.mean()) < 28:
            return False
    return True


def resized(gray, narrowed=1):
    """Scales the crop to the recognizer's height and narrows it by a factor: narrow lines are faster to read."""
    width = max(16, round(narrowed * gray.shape[1] * HEIGHT / gray.shape[0]))
    shrinks = gray.shape[0] > HEIGHT
    return cv2.resize(gray, (width, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def with_neighbours(ink, box, sentences, face, size, pitch, vertical, rng):
    """Adds the lines (or ruby) above and below, so near that their strokes can reach into a loose crop."""
    if rng.random() > 0.4:
        return ink
    ink = ink.copy()
    for side in (-1, 1):
        small = rng.choice([1, 1, 0.5])
        text = sentences.draw(rng)
        if not face.has(text) or rng.random() < 0.3:
            continue
        other = printing.typed(text, face, int(size * small), pitch, vertical, rng)
        rows = numpy.nonzero(other.max(1) > 0.3)[0]
        width = min(other.shape[1], ink.shape[1])
        gap = int(size * rng.uniform(0.02, 0.3))
        if len(rows) and side < 0:
            count = min(box[1] - gap, rows[-1] + 1)
            if count > 0:
                part = other[rows[-1] + 1 - count : rows[-1] + 1, :width]
                ink[box[1] - gap - count : box[1] - gap, :width] = numpy.maximum(
                    ink[box[1] - gap - count : box[1] - gap, :width], part
                )
        elif len(rows):
            start = box[3] + gap
            part = other[rows[0] : rows[0] + max(0, ink.shape[0] - start), :width]
            ink[start : start + len(part), :width] = numpy.maximum(ink[start : start + len(part), :width], part)
    return ink


def worn(ink, box, faces, size, vertical, rng, noise):
    """Effects of type, ribbon, copier and stamps on the ink."""
    if rng.random() < 0.3:
        ink = printing.spread(ink, size, rng)
    ink = printing.faded(ink, noise, rng)
    if rng.random() < 0.12:
        ink = printing.crossed(ink, box[1], box[3], rng)
    if rng.random() < 0.05:
        ink = printing.underlined(ink, box, size, rng)
    if rng.random() < (0.5 if vertical else 0.3):
        ink = printing.stamped(ink, faces.draw(rng, "japanese", "type"), box[1], box[3], vertical, rng)
    return ink


def skewed(gray, rng):
    """Residual skew after deskewing, and slant of the type."""
    if rng.random() > 0.6:
        return gray
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.5, 0.5) * min(1, 500 / width), 1)
    turn[0, 1] += rng.uniform(-0.04, 0.04)
    return cv2.warpAffine(gray, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def crop(gray, box, size, rng):
    """Crops at the grown ink box like denshin; sometimes looser, tighter, or with a dark edge."""
    left, top, right, bottom = box
    if rng.random() < 0.35:  # a box of the height of the font, not of the ink
        middle, half = (top + bottom) / 2, max(bottom - top, size) / 2
        top, bottom = int(middle - half), int(middle + half)
    grow = max(2, (bottom - top) // 12)
    above, below, before, after = grow, grow, grow, grow
    if rng.random() < 0.35:
        above, below = (int(side + size * rng.uniform(-0.1, 0.22)) for side in (above, below))
        before, after = (int(side + size * rng.uniform(-0.04, 0.7)) for side in (before, after))
    if rng.random() < 0.5:  # room for one character, which may be a full stop
        after = max(after, int(size * rng.uniform(0.5, 1.15)))
    gray = gray[max(0, top - above) : bottom + below, max(0, left - before) : right + after].copy()
    for edge in (gray, gray[::-1], gray.T, gray.T[::-1]):
        if rng.random() < 0.03:
            edge[: rng.randint(1, max(1, len(edge) // 40 + 2))] = rng.randint(0, 120)
    return gray


def even_out(gray):
    """As src/pipeline/normalize_contrast.rs: stretches paper (85 %) and ink (3 %) of windows of 1.5 line heights."""
    window = max(1, int(gray.shape[0] * 1.5))
    parts = [gray[:, start : start + window] for start in range(0, gray.shape[1], window)]
    ink, paper = (
        numpy.array([numpy.percentile(part, p, method="higher") for part in parts], numpy.float32) for p in (3, 85)
    )
    depth = paper - ink
    if depth.max() < 16:
        return gray
    depth = numpy.maximum(depth, 0.25 * depth.max())
    at = (numpy.arange(gray.shape[1]) + 0.5) / window - 0.5
    paper, depth = (numpy.interp(at, numpy.arange(len(parts)), values) for values in (paper, depth))
    return (255 * (1 - ((paper - gray) / depth).clip(0, 1))).astype(numpy.uint8)


class Batches:
    """Batch i of a seed. Lines of similar width are together: six batches are sorted at a time."""

    GROUP = 6

    def __init__(self, folder, seed, size, held_out=False):
        self.sentences, self.faces = Sentences(folder, held_out), Faces(held_out)
        self.seed, self.size, self.group, self.batches = seed, size, None, []

    def __getitem__(self, number):
        group, place = divmod(number, self.GROUP)
        if group != self.group:
            rng, noise = (
                random.Random(f"{self.seed}/{group}"),
                numpy.random.RandomState((self.seed * 1_000_003 + group) % 2**32),
            )
            lines = []
            while len(lines) < self.size * self.GROUP:
                made = line(self.sentences, self.faces, rng, noise)
                lines += [made] if made else []
            lines.sort(key=lambda item: item[0].shape[1])
            self.batches = [lines[i : i + self.size] for i in range(0, len(lines), self.size)]
            rng.shuffle(self.batches)
            self.group = group
        return self.batches[place]


def as_input(pictures):
    """Images of one height as network input; shorter lines are padded with paper on the right."""
    width = max(picture.shape[1] for picture in pictures)
    batch = numpy.ones((len(pictures), 3, HEIGHT, width), numpy.float32)
    for row, picture in zip(batch, pictures):
        row[:, :, : picture.shape[1]] = (picture.astype(numpy.float32) / 255 - 0.5) / 0.5
    return batch


def label(text):
    """Class numbers of a text."""
    return [CLASS[c] for c in folded(text)]
