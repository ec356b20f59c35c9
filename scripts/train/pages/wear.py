"""Degrades a page: worn type, repeated copying, the scanner, compression, and distortion of the paper.

Images are RGB, 8 bits. Lengths are in pixels of the drawing (230 dpi on an A4 page).
"""

import cv2
import numpy

from sheet import FINER


def clouds(noise, shape, spot):
    """Smooth noise between -1 and 1 with spots of about `spot` pixels."""
    coarse = noise.normal(size=(int(shape[0] / spot) + 2, int(shape[1] / spot) + 2)).astype(numpy.float32)
    coarse /= numpy.abs(coarse).max() + 1e-6
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR)


_grain = numpy.random.RandomState(0).normal(size=(3000, 3000)).astype(numpy.float32)
_grain8 = numpy.clip(128 + 25 * _grain, 0, 255).astype(numpy.uint8)


def grain(noise, shape):
    """White noise around 128 with a standard deviation of 25, cut from one field."""
    row, column = (noise.randint(0, max(1, whole - part + 1)) for whole, part in zip(_grain8.shape, shape))
    cut = _grain8[row : row + shape[0], column : column + shape[1]]
    return cut if cut.shape == shape else cv2.resize(cut, shape[::-1], interpolation=cv2.INTER_NEAREST)


def printed(sheet):
    """Bleeding or weak ink, and ribbons that are worn in places. Applied before stamps and notes are added."""
    rng, picture = sheet.rng, sheet.picture
    chance = rng.random()
    if chance < 0.2:
        reach = rng.choice([2, 2, 3])
        thicker = cv2.erode(picture, numpy.ones((reach, reach), numpy.uint8))
        part = rng.uniform(0.3, 1)
        cv2.addWeighted(thicker, part, picture, 1 - part, 0, picture)
    elif chance < 0.3:
        thinner = cv2.dilate(picture, numpy.ones((2, 2), numpy.uint8))
        part = rng.uniform(0.3, 0.8)
        cv2.addWeighted(thinner, part, picture, 1 - part, 0, picture)
    if rng.random() < 0.35:
        fade(sheet, rng.uniform(0.1, 0.6), rng.choice([20, 60, 200, 500]))


def fade(sheet, most, spot):
    """Makes ink paler in places, at most by a part of its darkness."""
    pale = (clouds(sheet.noise, (sheet.height // 4, sheet.width // 4), spot / 4) + 1) * (0.5 * most)
    pale = cv2.resize((pale * 255).astype(numpy.uint8), (sheet.width, sheet.height), interpolation=cv2.INTER_LINEAR)
    for channel, paper in enumerate(sheet.paper):
        plane = sheet.picture[..., channel]
        lost = cv2.multiply(cv2.subtract(int(paper), plane), pale, scale=1 / 255)
        sheet.picture[..., channel] = cv2.add(plane, lost)


def copied(sheet):
    """A photocopy: gray, higher contrast, blurred, with dirt of its own."""
    rng = sheet.rng
    gray = cv2.cvtColor(sheet.picture, cv2.COLOR_RGB2GRAY)
    gray = cv2.GaussianBlur(gray, (0, 0), rng.uniform(0.5, 1.3))
    gray = cv2.add(gray, grain(sheet.noise, gray.shape), dtype=cv2.CV_16S)
    gray = numpy.clip(gray - 128, 0, 255).astype(numpy.uint8)
    paper = float(numpy.median(gray[::16, ::16]))
    middle, steep = paper * rng.uniform(0.45, 0.85), rng.uniform(2.5, 9)
    level = numpy.arange(256, dtype=numpy.float32)
    white, black = rng.uniform(225, 255), rng.uniform(0, 60)
    curve = black + (white - black) / (1 + numpy.exp(-(level - middle) * steep / 64))
    gray = cv2.LUT(gray, curve.astype(numpy.uint8))
    sheet.paper = (int(curve[int(paper)]),) * 3
    sheet.picture = cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)


def scanned(picture, rng, noise):
    """The scanner and the processing of its file: light, blur, noise, resolution, number of gray levels, compression."""
    mode = rng.choices(["colour", "gray", "two levels"], [0.45, 0.3, 0.25])[0]
    if mode != "colour":
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    height, width = picture.shape[:2]
    if rng.random() < 0.35:
        part = rng.uniform(0.4, 0.9)
        down = (part, part * rng.choice([1, 1, 1, 0.6])) if mode == "two levels" else (part, part)
        small = cv2.resize(picture, None, fx=down[0], fy=down[1], interpolation=cv2.INTER_AREA)
    else:
        small = picture
    if rng.random() < 0.7:
        small = cv2.GaussianBlur(
            small,
            (0, 0),
            rng.uniform(0.4, 1.2 if small is picture else 0.8) if rng.random() < 0.9 else rng.uniform(1.2, 2.4),
        )
    if rng.random() < 0.4:
        small = unevenly_lit(small, rng, noise)
    if rng.random() < 0.7:
        strength = rng.choice([rng.uniform(0.05, 0.4), rng.uniform(0.05, 0.4), rng.uniform(0.4, 1.2)])
        spots = grain(noise, small.shape[:2])
        if rng.random() < 0.3:
            spots = cv2.GaussianBlur(spots, (0, 0), 0.9)
        spots = cv2.merge([spots] * 3) if small.ndim == 3 else spots
        small = cv2.addWeighted(small, 1, spots, strength, -128 * strength)
    if rng.random() < 0.15:
        small = specked(small, rng, noise)
    if mode == "two levels":
        small = two_levels(small, rng)
    elif rng.random() < 0.3:
        small = stretched(small, rng)
    if mode != "two levels" and rng.random() < 0.5:
        small = compressed(small, rng)
    if small.shape[:2] != (height, width):
        small = cv2.resize(
            small,
            (width, height),
            interpolation=cv2.INTER_LINEAR if mode != "two levels" or rng.random() < 0.5 else cv2.INTER_NEAREST,
        )
    return small if small.ndim == 3 else cv2.cvtColor(small, cv2.COLOR_GRAY2RGB)


def unevenly_lit(picture, rng, noise):
    height, width = picture.shape[:2]
    light = clouds(noise, (height // 8, width // 8), max(height, width) / 8 * rng.uniform(0.2, 0.8))
    if rng.random() < 0.5:
        slope = numpy.linspace(-1, 1, light.shape[1], dtype=numpy.float32)[None] * rng.choice([-1, 1])
        light = 0.5 * light + 0.5 * slope
    light = 255 * (1 - rng.uniform(0.03, 0.3) * (light + 1) / 2)
    light = cv2.resize(light.astype(numpy.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    light = cv2.merge([light] * 3) if picture.ndim == 3 else light
    return cv2.multiply(picture, light, scale=1 / 255)


def specked(picture, rng, noise):
    """Dark and light dots of a few pixels."""
    height, width = picture.shape[:2]
    for value in (rng.randint(0, 60), rng.randint(220, 255)):
        count = int(10 ** rng.uniform(1.5, 4)) if rng.random() < 0.7 else 0
        rows, columns = noise.randint(0, height - 3, count), noise.randint(0, width - 3, count)
        for dy, dx in ((0, 0), (0, 1), (1, 0)):
            part = noise.random_sample(count) < rng.uniform(0.2, 1)
            picture[rows[part] + dy, columns[part] + dx] = value
    return picture


def two_levels(gray, rng):
    """Binarizes: one threshold, an adaptive one (which hollows large dark areas), or dithering."""
    chance = rng.random()
    if chance < 0.55:
        paper = numpy.percentile(gray[::8, ::8], 80)
        ink = numpy.percentile(gray[::8, ::8], 2)
        return cv2.threshold(gray, ink + (paper - ink) * rng.uniform(0.35, 0.85), 255, cv2.THRESH_BINARY)[1]
    if chance < 0.85:
        window = rng.choice([15, 25, 41, 75]) | 1
        return cv2.adaptiveThreshold(
            gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, rng.uniform(4, 22)
        )
    step = rng.choice([2, 4])
    order = numpy.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], numpy.float32)[:step, :step]
    order = (order / order.max() * 160 + 48).astype(numpy.uint8)
    tiled = numpy.tile(order, (gray.shape[0] // step + 1, gray.shape[1] // step + 1))[: gray.shape[0], : gray.shape[1]]
    return numpy.where(gray > tiled, 255, 0).astype(numpy.uint8)


def stretched(picture, rng):
    """A tone curve: paler ink, darker paper or a gamma."""
    level = numpy.arange(256, dtype=numpy.float32) / 255
    black, white = rng.uniform(0, 0.35), rng.uniform(0.75, 1)
    curve = 255 * (black + (white - black) * level ** rng.uniform(0.6, 1.7))
    return cv2.LUT(picture, curve.astype(numpy.uint8))


def compressed(picture, rng):
    quality = rng.choice([rng.randint(12, 35), rng.randint(35, 75), rng.randint(75, 92)])
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_UNCHANGED)


class Warp:
    """Geometry of the page: rotation, shift, stretch, perspective, curl. Transforms images, labels and points alike."""

    def __init__(self, width, height, rng, noise):
        self.size = width, height
        turn = rng.gauss(0, 0.25) if rng.random() < 0.9 else rng.uniform(-2.5, 2.5)
        zoom = rng.uniform(0.96, 1.02) if rng.random() < 0.7 else rng.uniform(0.85, 1.15)
        middle = (width / 2, height / 2)
        affine = numpy.vstack([cv2.getRotationMatrix2D(middle, turn, zoom), [0, 0, 1]])
        affine[0, 2] += rng.gauss(0, 0.01) * width
        affine[1, 2] += rng.gauss(0, 0.01) * height
        if rng.random() < 0.15:
            corners = numpy.float32([(0, 0), (width, 0), (width, height), (0, height)])
            moved = corners + noise.normal(0, 0.006 * width, (4, 2)).astype(numpy.float32)
            affine = cv2.getPerspectiveTransform(corners, moved) @ affine
        self.forward = affine
        inverse = numpy.linalg.inv(affine)
        # Maps have the size of the labels and are enlarged for the image.
        columns, rows = numpy.meshgrid(
            (numpy.arange(width // FINER, dtype=numpy.float32) + 0.5) * FINER,
            (numpy.arange(height // FINER, dtype=numpy.float32) + 0.5) * FINER,
        )
        x, y, w = (inverse[i, 0] * columns + inverse[i, 1] * rows + inverse[i, 2] for i in range(3))
        self.x, self.y = (x / w).astype(numpy.float32), (y / w).astype(numpy.float32)
        self.curl = None
        if rng.random() < 0.2:
            shape = self.x.shape
            self.curl = [clouds(noise, shape, rng.uniform(100, 300)) * rng.uniform(1, 7) for _ in range(2)]
            self.x, self.y = self.x + self.curl[0], self.y + self.curl[1]

    def picture(self, picture, beyond):
        """The transformed image; `beyond` is the value outside the page."""
        size = self.size
        x, y = (cv2.resize(m, size, interpolation=cv2.INTER_LINEAR) for m in (self.x, self.y))
        return cv2.remap(
            picture, x - 0.5, y - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(beyond,) * 3
        )

    def label(self, label):
        """A transformed label (booleans)."""
        moved = cv2.remap(label.astype(numpy.uint8) * 255, self.x / FINER - 0.5, self.y / FINER - 0.5, cv2.INTER_LINEAR)
        return moved > 100

    def outside(self):
        """The area outside the page, at the size of the labels."""
        return (self.x < 0) | (self.y < 0) | (self.x >= self.size[0]) | (self.y >= self.size[1])

    def points(self, points):
        """Transformed points (n x 2)."""
        moved = cv2.perspectiveTransform(numpy.asarray(points, numpy.float32).reshape(-1, 1, 2), self.forward).reshape(
            -1, 2
        )
        if self.curl is not None:
            at = numpy.clip((moved / FINER).astype(int), 0, (self.x.shape[1] - 1, self.x.shape[0] - 1))
            shift = numpy.stack([c[at[:, 1], at[:, 0]] for c in self.curl], 1)
            moved = moved - shift * numpy.linalg.norm(self.forward[:2, 0])
        return moved
