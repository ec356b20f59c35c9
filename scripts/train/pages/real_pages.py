#!/usr/bin/env python3
"""Makes training pages of real scans whose marks are known as boxes; a trained network labels the rest.

usage: real_pages.py MARKS_ONNX REAL OUT_FOLDER [--part train|test|all]

REAL has folders of scans, each scan with NAME.gt.json beside it. Writes files like pages.py, and `known`: bits of the places
where each label may be learned. Marks are learned where the reference has marks. Text, rulings and lines are learned where
the network is confident, which only preserves its knowledge. Every other document belongs to the test part.
"""

import argparse
import json
import pathlib

import cv2
import numpy
import onnxruntime

from sheet import LABELS, LONG, shrunk

SURE, SURE_NOT = 0.75, 0.1  # thresholds above and below which the network's own labels are learned
UNSURE_RIM = 4  # pixels of the labels by which a reference box may be off
AT = {kind: i for i, kind in enumerate(LABELS)}


def labelled(network, picture):
    """The network's probabilities for an image (RGB): labels x half height x half width."""
    height, width = picture.shape[:2]
    grown = cv2.copyMakeBorder(picture, 0, -height % 64, 0, -width % 64, cv2.BORDER_REPLICATE)
    batch = grown.transpose(2, 0, 1)[None].astype(numpy.float32) / 255
    found = network.run(None, {network.get_inputs()[0].name: batch})[0][0]
    return found[:, : height // 2, : width // 2]


def marks_of(reference):
    """Boxes of stamps and redactions, or None if the reference lacks them; bands without information."""
    if "regions" in reference:
        regions = reference["regions"]
        return (
            [r["bbox"] for r in regions if "stamp" in r["type"]],
            [r["bbox"] for r in regions if r["type"].startswith("redaction")],
            [],
        )
    if "annotations" in reference:
        return [a["bbox"] for a in reference["annotations"] if a["type"] == "5_stamp"], [], []
    if "boxes" in reference:
        return None, reference["boxes"], reference.get("ignore_bands", [])
    return [], [], []


def page_of(network, path, reference):
    """Image, labels, and where they are known."""
    picture = cv2.imread(str(path))[..., ::-1]
    scale = LONG / 2 / max(picture.shape[:2])
    size = tuple(int(round(side * scale / 2)) * 2 for side in picture.shape[1::-1])
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    probable = labelled(network, picture)
    labels, known = probable > 0.5, (probable > SURE) | (probable < SURE_NOT)
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    dark = cv2.resize(255 - gray, probable.shape[:0:-1], interpolation=cv2.INTER_AREA) > 90
    stamps, redactions, unsaid = marks_of(reference)

    def area(box, part=0.0):
        left, top, right, bottom = (v * scale / 2 for v in box)
        outline = shrunk(numpy.float32([(left, top), (right, top), (right, bottom), (left, bottom)]), part)
        filled = numpy.zeros(probable.shape[1:], numpy.uint8)
        cv2.fillPoly(filled, [numpy.round(outline).astype(numpy.int32)], 1)
        return filled > 0

    kinds = (("stamp", "stamp_body", stamps, 0.25), ("redaction", "redaction_core", redactions, 0.3))
    for whole, core, boxes, part in kinds:
        for kind in (whole, core):
            labels[AT[kind]], known[AT[kind]] = False, boxes is not None
        for box in boxes or []:
            inside, rim = area(box), numpy.ones((2 * UNSURE_RIM + 1,) * 2, numpy.uint8)
            near = (cv2.dilate(inside.astype(numpy.uint8), rim) > 0) & (cv2.erode(inside.astype(numpy.uint8), rim) == 0)
            labels[AT[core]] |= area(box, part)
            known[AT[core]] &= ~near | labels[AT[core]]
            if whole == "redaction":
                labels[AT[whole]] |= inside
                known[AT[whole]] &= ~near
                for kind in ("print", "horizontal", "vertical", "handwriting", "stamp"):
                    labels[AT[kind]][inside] = False
                continue
            # The ink in the box belongs to the stamp; whether there is text below it is unknown.
            labels[AT[whole]][inside & dark] = True
            known[AT[whole]] &= ~near
            for kind in ("print", "horizontal", "vertical", "handwriting", "ruling"):
                labels[AT[kind]][area(box, part)] = False
                known[AT[kind]][near] = False
    for left, top, right, bottom in unsaid:
        band = (
            slice(int(top * scale / 2), int(bottom * scale / 2) + 1),
            slice(int(left * scale / 2), int(right * scale / 2) + 1),
        )
        for kind in ("redaction", "redaction_core"):
            known[AT[kind]][band] = False
    return picture, labels, known


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("network")
    arguments.add_argument("real", type=pathlib.Path)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--part", choices=["train", "test", "all"], default="train")
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    network = onnxruntime.InferenceSession(given.network)
    paths = sorted(given.real.glob("*/*.gt.json"))
    documents = {
        folder: sorted({document_of(path) for path in paths if path.parent == folder})
        for folder in {path.parent for path in paths}
    }
    for path in paths:
        reference, name = json.loads(path.read_text()), path.name[: -len(".gt.json")]
        if given.part not in ("all", ("train", "test")[documents[path.parent].index(document_of(path)) % 2]):
            continue
        scan = next(p for p in path.parent.glob(name + ".*") if p.suffix in (".png", ".jpg"))
        picture, labels, known = page_of(network, scan, reference)
        target = given.out / f"real-{name}"
        cv2.imwrite(f"{target}.jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 93])
        numpy.savez_compressed(
            f"{target}.npz",
            labels=numpy.packbits(labels, -1),
            shape=labels.shape,
            known=numpy.packbits(known, -1),
            lines="[]",
            marks="[]",
        )


def document_of(path):
    """The name of the document to which a page belongs."""
    name = path.name[: -len(".gt.json")]
    return name.rsplit("_", 1)[0] if "_" in name else name


if __name__ == "__main__":
    main()
