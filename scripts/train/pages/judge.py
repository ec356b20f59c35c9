#!/usr/bin/env python3
"""Fits the weights of src/marks/judge.rs: the probability that a proposed stamp or redaction is one.

usage: judge.py MARKS_ONNX PAGES RECORDS TEST_PAGES TEST_RECORDS

PAGES and TEST_PAGES are folders of `pages.py --scans`. RECORDS are made from their scans by `denshin read --engine null`
with `[marks] method = "rules"`. Prints the weights as Rust code. For the test pages it prints precision and recall of the
rules, the network and both, by threshold. Needs onnxruntime, scipy and torch.
"""

import argparse
import json
import math
import pathlib

import cv2
import numpy
import onnxruntime
import torch
from scipy import ndimage

from real_pages import AT, labelled

SEED, GOES_ON = 0.4, 0.3  # probabilities as in src/marks/learned.rs
SMALLEST = {"stamp": 30, "redaction": 8}  # places
LEASTS = (
    (0.2, 2),
    (0.5, 2),
    (2, 0.5),
    (0.1, 0.5),
    (0.2, 0.5),
    (0.5, 0.5),
    (0.2, 0.6),
)  # thresholds; 2 keeps nothing
KINDS, PROPOSERS = ("stamp", "redaction"), ("rules", "network")
LEAST_OVERLAP, MOST_SHARED, MOST = 0.5, 0.6, 4


def cores_of(plane, smallest):
    """Numbered cores: hysteresis threshold with the seed and continuation probabilities."""
    found, count = ndimage.label(plane >= GOES_ON, numpy.ones((3, 3)))
    numbers = numpy.arange(1, count + 1)
    surest, sizes = ndimage.maximum(plane, found, numbers), ndimage.sum(found > 0, found, numbers)
    is_kept = numpy.concatenate([[False], (numpy.asarray(surest) >= SEED) & (numpy.asarray(sizes) >= smallest)])
    renumbered = numpy.cumsum(is_kept) * is_kept
    return renumbered[found].astype(numpy.int32)


def proposals(probable, kind):
    """Boxes of places and mean probabilities in their cores, as src/marks/learned.rs proposes them."""
    core = probable[AT["stamp_body" if kind == "stamp" else "redaction_core"]]
    ink = probable[AT[kind]] >= (0.39 if kind == "stamp" else GOES_ON)
    cores = cores_of(core, SMALLEST[kind])
    boxes = []
    for number, part in enumerate(ndimage.find_objects(cores), 1):
        thick = min(side.stop - side.start for side in part)
        reach = math.ceil(0.25 * thick) + 2 if kind == "stamp" else 14
        top, left = (max(0, side.start - reach) for side in part)
        place = (slice(top, part[0].stop + reach), slice(left, part[1].stop + reach))
        near, allowed = cores[place], ink[place]
        own = (near == number).astype(numpy.uint8)
        others = (near > 0) & (near != number)
        if kind == "stamp":
            own = cv2.dilate(own, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)) * allowed
        else:
            for _ in range(reach):
                own = cv2.dilate(own, numpy.ones((3, 3), numpy.uint8)) * (allowed | (own > 0)) * ~others
        rows, columns = numpy.nonzero(own)
        if len(rows):
            box = (left + columns.min(), top + rows.min(), left + columns.max() + 1, top + rows.max() + 1)
            boxes.append((tuple(float(v) for v in box), float(core[cores == number].mean())))
    return boxes


def seen(probable, gray, box, confidence, is_coloured, is_framed):
    """The features of a box of places in src/marks/judge.rs; `gray` is the page, two pixels per place. The network's proposals
    have no features of colour and frame.
    """
    height, width = probable.shape[1:]
    left, top, right, bottom = box
    across, down = right - left, bottom - top

    def window(x, y):
        x0, y0 = int(math.floor(left + x)), int(math.floor(top + y))
        x1, y1 = int(math.ceil(right - x)), int(math.ceil(bottom - y))
        x0, y0 = min(max(0, x0), width - 1), min(max(0, y0), height - 1)
        return slice(y0, max(y0 + 1, min(height, y1))), slice(x0, max(x0 + 1, min(width, x1)))

    def total(kind, place):
        return float(probable[(AT[kind], *place)].sum())

    def area(place):
        return (place[0].stop - place[0].start) * (place[1].stop - place[1].start)

    beside = 0.5 * min(across, down) + 2
    whole, within, around = window(0, 0), window(0.2 * across, 0.2 * down), window(-beside, -beside)
    inks = [total(kind, whole) for kind in ("stamp", "print", "ruling", "handwriting")]
    stamp, print_, ruling, hand = (ink / (sum(inks) + 1) for ink in inks)
    ring = (total("redaction", around) - total("redaction", whole)) / max(1, area(around) - area(whole))
    dark = gray[2 * within[0].start : 2 * within[0].stop, 2 * within[1].start : 2 * within[1].stop] < 128
    short, long = min(across, down), max(across, down)
    return [
        1.0,
        total("stamp_body", whole) / area(whole),
        total("stamp_body", within) / area(within),
        stamp,
        total("redaction", within) / area(within),
        total("redaction_core", within) / area(within),
        ring,
        print_,
        ruling,
        hand,
        math.log(max(1, short)),
        math.log(max(1, long) / max(1, short)),
        float(dark.mean()) if dark.size else 0.0,
        confidence,
        float(is_coloured),
        float(is_framed),
    ]


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(0, width) * max(0, height)


def area_of(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def alike(a, b):
    common = overlap(a, b)
    return common / max(1e-6, area_of(a) + area_of(b) - common)


def candidates(network, pages, records):
    """For each page: reference boxes by kind, and proposals as (kind, proposer, box, features). Boxes are in places."""
    result = []
    for path in sorted(pages.glob("*.npz")):
        record = next(iter(records.rglob(f"{path.stem}*.json")), None)
        if record is None:
            continue
        with numpy.load(path) as kept:
            marks = json.loads(str(kept["marks"]))
        picture = cv2.imread(str(path.with_suffix(".jpg")))[..., ::-1]
        gray, probable = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), labelled(network, picture)
        size = (*picture.shape[1::-1], *picture.shape[1::-1])
        references = {kind: [] for kind in KINDS}
        for mark in marks:
            outline = numpy.array(mark["outline"])
            box = numpy.clip(numpy.concatenate([outline.min(0), outline.max(0)]), 0, size) / 2
            if mark["kind"] in references and min(box[2] - box[0], box[3] - box[1]) >= 2:
                references[mark["kind"]].append(tuple(box))
        found = json.loads(record.read_text())
        scale = found["width"] / probable.shape[2]
        proposed = []
        for kind in KINDS:
            regions = [region for region in found["regions"] if region["kind"] == kind]
            for region in regions:
                told = region["confidence"], region.get("color", "black") != "black", region.get("shape") != "frameless"
                box = [v / scale for v in region["bbox"]]
                proposed.append((kind, "rules", box, seen(probable, gray, box, *told)))
            for box, sure in proposals(probable, kind):
                proposed.append((kind, "network", box, seen(probable, gray, box, sure, False, False)))
        result.append((references, proposed))
    return result


def fitted(pages, kind, proposer):
    """Weights of a logistic regression with slight regularization. At most MOST proposals per page count: on a page with
    coloured text every word may be a proposal.
    """
    rows, right, counts = [], [], []
    for references, proposed in pages:
        own = [
            (box, row) for its_kind, its_proposer, box, row in proposed if (its_kind, its_proposer) == (kind, proposer)
        ]
        for box, row in own:
            rows.append(row)
            right.append(float(any(alike(box, other) >= LEAST_OVERLAP for other in references[kind])))
            counts.append(min(1.0, MOST / len(own)))
    rows, right, counts = torch.tensor(rows), torch.tensor(right), torch.tensor(counts)
    weights = torch.zeros(rows.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=500)

    def loss():
        optimizer.zero_grad()
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(rows @ weights, right, counts)
        value = entropy + 0.01 * (weights[1:] ** 2).mean()
        value.backward()
        return value

    optimizer.step(loss)
    print(
        f"// {kind} by {proposer}: {len(right)} proposals, {int(right.sum())} right, loss {float(loss().detach()):.3f}"
    )
    return weights.detach().numpy()


def kept(proposed, weights, kind, least):
    """The boxes above their proposer's threshold, without those that overlap a more probable one."""
    judged = []
    for its_kind, proposer, box, row in proposed:
        if its_kind == kind:
            probable = 1 / (1 + math.exp(-float(numpy.dot(weights[kind, proposer], row))))
            if probable >= least[proposer]:
                judged.append((probable, box))
    boxes = []
    for _, box in sorted(judged, key=lambda v: -v[0]):
        if all(overlap(box, other) <= MOST_SHARED * min(area_of(box), area_of(other)) for other in boxes):
            boxes.append(box)
    return boxes


def rates(pages, kind, boxes_of):
    """Precision and recall with one-to-one matches at IoU 0.5."""
    right = reported = there = 0
    for references, proposed in pages:
        boxes, left = boxes_of(proposed), list(references[kind])
        reported, there = reported + len(boxes), there + len(left)
        for box in boxes:
            best = max(left, key=lambda other: alike(box, other), default=None)
            if best is not None and alike(box, best) >= LEAST_OVERLAP:
                left.remove(best)
                right += 1
    return f"P {right / max(1, reported):.3f} R {right / max(1, there):.3f} ({right} of {reported}, {there} there)"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("network")
    for name in ("pages", "records", "test_pages", "test_records"):
        arguments.add_argument(name, type=pathlib.Path)
    given = arguments.parse_args()
    network = onnxruntime.InferenceSession(given.network)
    pages = candidates(network, given.pages, given.records)
    weights = {(kind, proposer): fitted(pages, kind, proposer) for kind in KINDS for proposer in PROPOSERS}
    for (kind, proposer), values in weights.items():
        print(f"const {kind.upper()}_BY_{proposer.upper()}: [f64; COUNT] =")
        print(f"    [{', '.join(f'{v:.2f}' for v in values)}];")
    test = candidates(network, given.test_pages, given.test_records)
    for kind in KINDS:
        by_rules = rates(test, kind, lambda all_: [box for k, p, box, _ in all_ if (k, p) == (kind, "rules")])
        print(f"{kind} by rules as they are: {by_rules}")
        for rules, network_ in LEASTS:
            least = {"rules": rules, "network": network_}
            found = rates(test, kind, lambda all_: kept(all_, weights, kind, least))
            print(f"{kind} judged, rules from {rules}, network from {network_}: {found}")


if __name__ == "__main__":
    main()
