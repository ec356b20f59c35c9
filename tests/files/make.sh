#!/usr/bin/env bash
# Makes the small scans beside this script. Needs libtiff-tools, qpdf, ImageMagick and python3 with Pillow.
# All show the same picture, 160 × 96 px at 300 dpi: a bar at the top, a square at the lower left; black on white in
# what has no colour, red on cream in what has (rgb.*, palette.*, planar.tif, ycck.jpg …).
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
cmyk = page("CMYK", (0, 0, 0, 255), (0, 0, 0, 0))
cmyk.save("cmyk.tif", compression="tiff_lzw", **D)
page("I;16", 0, 65535).save("gray16.tif", compression="tiff_lzw", **D)
rgb.convert("P", palette=Image.ADAPTIVE, colors=8).save("palette.tif", compression="tiff_lzw", **D)
pages = [page("1", 0, 1, n) for n in range(1, 4)]
pages[0].save("pages.tif", save_all=True, append_images=pages[1:], compression="group4", **D)
gray.save("gray.png", **D); rgb.save("rgb.jpg", quality=90, **D); rgb.save("rgb.jp2"); gray.save("gray.bmp", **D)
bilevel.save("bilevel.png", **D); page("I;16", 0, 65535).save("gray16.png", **D)
rgb.convert("P", palette=Image.ADAPTIVE, colors=8).save("palette.png", **D)
gray.save("gray.pgm"); bilevel.save("bilevel.pbm"); rgb.save("rgb.webp", lossless=True)
# Adobe's JPEGs of four channels hold them inverted and say so in APP14.
cmyk.save("cmyk.jpg", quality=90, **D)
turned = gray.rotate(90, expand=True); exif = Image.Exif(); exif[0x0112] = 6
turned.save("turned.jpg", quality=90, exif=exif.tobytes(), **D)
exif = Image.Exif(); exif[0x011A] = 300.0; exif[0x011B] = 300.0; exif[0x0128] = 2
gray.save("exif-dpi.jpg", quality=90, exif=exif.tobytes())
alpha = Image.new("RGBA", (160, 96), (0, 0, 0, 0)); d = ImageDraw.Draw(alpha)
d.rectangle((10, 8, 149, 19), (0, 0, 0, 255)); d.rectangle((10, 60, 39, 87), (0, 0, 0, 255)); alpha.save("alpha.png", **D)
gray.save("gray.pdf", resolution=300); bilevel.save("bilevel.pdf", resolution=300)
cmyk.save("cmyk.pdf", resolution=300)
rgb.save("three.pdf", resolution=300, save_all=True, append_images=[gray, bilevel])
P
for c in g3 g3:2d g4 lzw zip packbits; do tiffcp -c "$c" bilevel.tif "${c/:/-}.tif"; done
tiffcp -c jpeg -r 16 rgb.tif jpeg-in-tiff.tif
tiffcp -c lzw -B rgb.tif big-endian.tif
tiffcp -c zip -t -w 16 -l 16 gray.tif tiled.tif
tiffcp -c g4 -t -w 16 -l 16 bilevel.tif tiled-g4.tif
tiffcp -c lzw -t -w 16 -l 16 bilevel.tif tiled-lzw-bilevel.tif
tiffcp -c lzw:2 -t -w 64 -l 64 gray.tif tiled-lzw-gray.tif
tiffcp -c lzw -t -w 16 -l 16 palette.tif tiled-lzw-palette.tif
tiffcp -c lzw:2 -t -w 16 -l 16 rgb.tif tiled-lzw-rgb.tif
tiffcp -c lzw -p separate rgb.tif planar.tif
tiffcp -c g4 -f lsb2msb bilevel.tif low-bit-first.tif
convert bilevel.tif -define quantum:polarity=min-is-white -compress Group4 white-is-zero.tif
convert rgb.tif -depth 16 -compress LZW rgb16.tif
convert cmyk.jpg -colorspace CMYK -sampling-factor 1x1 -quality 90 ycck.jpg
tiffcp -c g4 bilevel.tif tall-strip.tif && tiffset -s 278 4294967295 tall-strip.tif
tiffcp -c g3 bilevel.tif g3-tall-strip.tif && tiffset -s 278 4294967295 g3-tall-strip.tif
# Turned by the file's own word: the picture is stored upside down.
convert gray.tif -rotate 180 -compress LZW upside-down.tif && tiffset -s 274 3 upside-down.tif
convert bilevel.tif -rotate 180 -compress Group4 upside-down-g4.tif && tiffset -s 274 3 upside-down-g4.tif
tiff2pdf -o g4.pdf g4.tif
qpdf --encrypt "" secret 256 -- gray.pdf owner-password.pdf
qpdf --encrypt user secret 256 -- gray.pdf encrypted.pdf
weak=(qpdf --allow-weak-crypto --encrypt user secret)
"${weak[@]}" 40 -- gray.pdf rc4-40.pdf
"${weak[@]}" 128 --use-aes=n -- gray.pdf rc4-128.pdf
"${weak[@]}" 128 --use-aes=y -- gray.pdf aes-128.pdf
qpdf --rotate=90 gray.pdf rotated.pdf
