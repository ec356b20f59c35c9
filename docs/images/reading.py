#!/usr/bin/env python3
"""Draws reading.webp: a part of a sample beside its page record.

usage: reading.py RECORD        the record of samples/no5517-vertical-light.jpg

Needs Pillow, Chromium and the font Noto Serif CJK JP.
"""
import base64
import io
import json
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
SCAN = HERE.parents[1] / "samples" / "no5517-vertical-light.jpg"
LEFT, TOP, RIGHT, BOTTOM = 190, 70, 2390, 1520  # the part that is shown, px of the scan
WIDTH, GAP = 800, 24  # of each half, and between them, px of the picture
SCALE = WIDTH / (RIGHT - LEFT)
HEIGHT = round((BOTTOM - TOP) * SCALE)
BLUE, RED, GREEN, GRAY = "#2563a8", "#b3202a", "#1b7a43", "#333"
NAMED = {"bureau", "sent", "received", "to", "subject", "number", "closing"}  # roles with a label
RAISED = {"received", "subject"}  # their labels would cover their neighbours'
STYLE = """
body { margin: 0; background: white }
section { position: absolute; top: 0; overflow: hidden; outline: 1px solid #ccc; outline-offset: -1px }
div { position: absolute; display: flex; align-items: center; justify-content: center; line-height: 1; font-family: "Noto Serif CJK JP" }
svg { position: absolute; left: 0; top: 0 }"""
HATCH = """<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="#e9e9e9"/><rect width="3" height="8" fill="#888"/></pattern></defs>"""


def at(x, y):
    """A point of the scan in the picture."""
    return (x - LEFT) * SCALE, (y - TOP) * SCALE


def polygon(corners, stroke, fill, width):
    points = " ".join("{:.1f},{:.1f}".format(*at(*corner)) for corner in corners)
    return f'<polygon points="{points}" fill="{fill}" stroke="{stroke}" stroke-width="{width}"/>'


def box(bbox, stroke, fill, margin=0):
    left, top, right, bottom = bbox[0] - margin, bbox[1] - margin, bbox[2] + margin, bbox[3] + margin
    return polygon([(left, top), (right, top), (right, bottom), (left, bottom)], stroke, fill, 1)


def label(x, y, text, color, angle=0):
    """A label with its centre at a point of the picture, which is moved into it."""
    width = 7.2 * len(text) + 10
    x, y = (x, y) if angle else (min(max(width / 2, x), WIDTH - width / 2), max(9, y))
    return (f'<g transform="translate({x:.1f} {y:.1f}) rotate({angle})"><rect x="{-width / 2:.1f}" y="-9" width="{width:.1f}" '
            f'height="18" rx="3" fill="{color}"/><text y="4" text-anchor="middle" font-family="DejaVu Sans Mono" '
            f'font-size="12" fill="white">{text}</text></g>')


def glyph(glyph, region):
    left, top, right, bottom = glyph["bbox"]
    x, y = at(left, top)
    color = {"stamp": RED, "handwriting": GREEN}.get(region["kind"], "#111")
    mode = region.get("writing_mode", "horizontal-tb")
    return (f'<div style="left: {x:.1f}px; top: {y:.1f}px; width: {(right - left) * SCALE:.1f}px; height: {(bottom - top) * SCALE:.1f}px; '
            f'font-size: {max(right - left, bottom - top) * SCALE:.1f}px; color: {color}; writing-mode: {mode}">{glyph["text"]}</div>')


def drawn(region):
    """Shapes below the glyphs, and labels above them."""
    kind, (left, top, right, bottom) = region["kind"], region["bbox"]
    shapes, labels = [], []
    (x, y), (end, _) = at(left, top), at(right, bottom)
    if kind == "text":
        for line in region["lines"]:
            shapes.append(box(line["bbox"], "#9dbbe0", "#eaf1fa", 4))
            shapes += [box(g["bbox"], "#c77700", "#ffd873") for g in line["glyphs"] if g["confidence"] < 0.9 and g["text"] != "■"]
        if region["role"] in NAMED and top < BOTTOM:
            labels.append(label((x + end) / 2, y - 13 - 18 * (region["role"] in RAISED), region["role"], BLUE))
    elif kind == "stamp":
        shapes.append(polygon(region["outline"], RED, "#b3202a10", 2.5))
        labels.append(label(end - 48, y - 8, f"stamp {region['tilt_degrees']:.1f}°", RED))
    elif kind == "redaction":
        shapes.append(polygon(region["outline"], GRAY, "url(#hatch)", 2.5))
        labels.append(label((x + end) / 2, at(0, (top + min(bottom, BOTTOM)) / 2)[1], f"about {region['estimated_characters']}", GRAY, 90))
    elif kind == "handwriting":
        shapes.append(polygon(region["outline"], GREEN, "none", 2.5))
        labels.append(label(end + 48, y + 9, "handwriting", GREEN))
    elif kind == "ruling":
        shapes.append(polygon(region["outline"], "#b8b8b8", "#b8b8b8", 1))
    return shapes, labels


def page(record):
    """The picture as HTML: the scan, and the record in the same place and size."""
    scan = io.BytesIO()
    Image.open(SCAN).convert("RGB").crop((LEFT, TOP, RIGHT, BOTTOM)).resize((WIDTH, HEIGHT), Image.LANCZOS).save(scan, "PNG")
    shapes, labels = (sum(parts, []) for parts in zip(*map(drawn, record["regions"])))
    glyphs = [glyph(g, r) for r in record["regions"] for line in r.get("lines", []) for g in line["glyphs"] if g["text"] != "■"]
    size = f"width: {WIDTH}px; height: {HEIGHT}px"
    layer = '<svg width="{}" height="{}">{}</svg>'.format
    return (f'<meta charset="utf-8"><style>{STYLE}</style><section style="left: 0; {size}"><img src="data:image/png;base64,'
            f'{base64.b64encode(scan.getvalue()).decode()}"></section><section style="left: {WIDTH + GAP}px; {size}; background: #fdfdfb">'
            f'{layer(WIDTH, HEIGHT, HATCH + "".join(shapes))}{"".join(glyphs)}{layer(WIDTH, HEIGHT, "".join(labels))}</section>')


def main():
    record = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        html, picture = pathlib.Path(folder) / "page.html", pathlib.Path(folder) / "page.png"
        html.write_text(page(record), encoding="utf-8")
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={2 * WIDTH + GAP},{HEIGHT}",
                        f"--screenshot={picture}", html.as_uri()], check=True, stderr=subprocess.DEVNULL)
        shot = Image.open(picture).convert("RGB").crop((0, 0, 2 * WIDTH + GAP, HEIGHT))
        shot.save(HERE / "reading.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
