#!/usr/bin/env bash
# Makes the small scans beside this script. Needs libtiff-tools, qpdf and python3 with Pillow.
# All show the same picture, 160 × 96 px at 300 dpi: a black bar at the top, a square at the lower left.
set -euo pipefail
cd "$(dirname "$0")"
python3 - <<'P'
from PIL import Image, ImageDraw
def page(mode, ink, paper, number=0):
    im = Image.new(mode, (160, 96), paper); d = ImageDraw.Draw(im)
    d.rectangle((10, 8, 149, 19), ink); d.rectangle((10, 60, 39, 87), ink)
    for i in range(number): d.rectangle((60 + 20 * i, 60, 69 + 20 * i, 79), ink)
    return im
D = dict(dpi=(300, 300))
gray, rgb, bilevel = page("L", 0, 255), page("RGB", (180, 20, 30), (250, 245, 235)), page("1", 0, 1)
bilevel.save("bilevel.tif", **D); gray.save("gray.tif", **D); rgb.save("rgb.tif", **D)
page("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)).save("cmyk.tif", **D)
page("I;16", 0, 65535).save("gray16.tif", **D)
rgb.convert("P", palette=Image.ADAPTIVE, colors=8).save("palette.tif", **D)
pages = [page("1", 0, 1, n) for n in range(1, 4)]
pages[0].save("pages.tif", save_all=True, append_images=pages[1:], compression="group4", **D)
gray.save("gray.png", **D); rgb.save("rgb.jpg", quality=90, **D); rgb.save("rgb.jp2"); gray.save("gray.bmp", **D)
page("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)).save("cmyk.jpg", quality=90, **D)
turned = gray.rotate(90, expand=True); exif = Image.Exif(); exif[0x0112] = 6
turned.save("turned.jpg", quality=90, exif=exif.tobytes(), **D)
alpha = Image.new("RGBA", (160, 96), (0, 0, 0, 0)); ImageDraw.Draw(alpha).rectangle((10, 8, 149, 19), (0, 0, 0, 255)); alpha.save("alpha.png", **D)
gray.save("gray.pdf", resolution=300); bilevel.save("bilevel.pdf", resolution=300)
rgb.save("three.pdf", resolution=300, save_all=True, append_images=[gray, bilevel])
P
for c in g3 g3:2d g4 lzw zip packbits; do tiffcp -c "$c" bilevel.tif "${c/:/-}.tif"; done
tiffcp -c jpeg rgb.tif jpeg-in-tiff.tif
tiffcp -c lzw -B rgb.tif big-endian.tif
tiffcp -c lzw -t -w 16 -l 16 gray.tif tiled.tif
tiffcp -c none -p separate rgb.tif planar.tif
tiffcp -c g4 bilevel.tif tall-strip.tif && tiffset -s 278 4294967295 tall-strip.tif
tiffcp -c g3 bilevel.tif g3-tall-strip.tif && tiffset -s 278 4294967295 g3-tall-strip.tif
tiffset -s 274 3 g4.tif /dev/null 2>&1 || true
tiffcp -c lzw gray.tif upside-down.tif && tiffset -s 274 3 upside-down.tif
qpdf --encrypt "" secret 256 -- gray.pdf owner-password.pdf
qpdf --encrypt user secret 256 -- gray.pdf encrypted.pdf
qpdf --rotate=90 gray.pdf rotated.pdf
