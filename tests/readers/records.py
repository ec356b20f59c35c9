"""Page records of the samples, made from their ground truth: what a network reads wrong is no matter here."""
import hashlib
import json
import pathlib

SAMPLES = pathlib.Path(__file__).parent.parent.parent / "samples"
MODES = {"horizontal": "horizontal-tb", "vertical": "vertical-rl"}


def names():
    return sorted(path.name.removesuffix(".gt.json") for path in SAMPLES.glob("*.gt.json"))


def of_sample(name):
    """The record of a sample as it would be read without a mistake."""
    truth = json.loads((SAMPLES / f"{name}.gt.json").read_text(encoding="utf-8"))
    regions = []
    for line in sorted(truth["lines"], key=lambda line: line["order"]):
        mode = MODES[line["direction"]]
        cells = [(char["c"], [round(side) for side in char["bbox"]]) for char in line["chars"]]
        if cells:
            regions.append(region(f"r{len(regions) + 1}", mode, [cells]))
    return record(truth["image"], (truth["width"], truth["height"], truth["dpi"]), truth["skew_deg"], regions)


def region(name, mode, lines):
    return {"id": name, "kind": "text", "role": "other", "writing_mode": mode, "bbox": around(sum(lines, [])),
            "outline": [], "confidence": 1.0, "lines": [line(cells) for cells in lines]}


def line(cells):
    glyphs = [{"text": text, "bbox": bbox, "confidence": 1.0} for text, bbox in cells]
    return {"bbox": around(cells), "text": "".join(text for text, _ in cells), "confidence": 1.0, "engine": "truth",
            "glyphs": glyphs}


def around(cells):
    sides = list(zip(*(bbox for _, bbox in cells)))
    return [min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])]


def record(image, size, skew, regions):
    scan = SAMPLES / image
    source = {"path": str(scan), "sha256": hashlib.sha256(scan.read_bytes()).hexdigest(), "page": 1, "pages": 1}
    width, height, dpi = size
    return {"format": "denshin.page/1", "source": source, "width": width, "height": height, "dpi": dpi,
            "skew_degrees": skew, "rotation": 0, "regions": regions, "telegram": None, "warnings": [],
            "text": "\n".join(line["text"] for region in regions for line in region["lines"]),
            "provenance": {"software": "denshin", "engine": "truth", "models": [], "settings": {}, "steps": []}}


def turned(page, rotation):
    """The record of the same page, scanned so that it must be turned clockwise to stand upright."""
    for _ in range((360 - rotation) // 90):
        height = page["height"]
        for region in page["regions"]:
            for line in region["lines"]:
                for part in [region, line, *line["glyphs"]]:
                    left, top, right, bottom = part["bbox"]
                    part["bbox"] = [height - bottom, left, height - top, right]
        page["width"], page["height"] = height, page["width"]
    return page | {"rotation": rotation}


def dense_columns():
    """Columns, long and short, that stand closer than a page's columns usually do."""
    text = "".join(of_sample("no5517-vertical-light")["text"].split())
    columns, right = [], 2400
    while text:
        length = [30, 2, 30, 17, 3, 30, 5][len(columns) % 7]
        top = 300 + 44 * (len(columns) % 3)
        bboxes = ([right - 42, top + 44 * i, right, top + 44 * i + 42] for i in range(length))
        columns.append(list(zip(text[:length], bboxes)))
        text, right = text[length:], right - 46
    return record("no5517-vertical-light.jpg", (2480, 3508, 300), 0.0, [region("r1", "vertical-rl", columns)])


def long_redactions():
    """Lines that end, or begin, with a redaction of half a line, each a little left of the one before."""
    lines = [text for text in of_sample("no5517-horizontal-light")["text"].split("\n") if len(text) > 20][:6]
    cells = []
    for row, text in enumerate(lines):
        left, top = 400 - 3 * row, 1000 + 75 * row
        line = [(char, [left + 50 * i, top, left + 50 * i + 48, top + 48]) for i, char in enumerate(text[:20])]
        if row == 1:
            line.append(("■", [left + 1000, top, left + 1800, top + 48]))
        if row == 4:
            line.insert(0, ("■", [100, top, left, top + 48]))
        cells.append(line)
    return record("no5517-horizontal-light.jpg", (2480, 3508, 300), 0.0, [region("r1", "horizontal-tb", cells)])
