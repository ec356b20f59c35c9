#!/usr/bin/env bash
# Makes the small scans beside this script. Needs libtiff-tools, qpdf, ImageMagick, jbig2enc and python3 with Pillow, tifffile
# and imagecodecs.
# All but jbig2-symbols.pdf show the same picture, 160 × 96 px at 300 dpi: a bar at the top, a square at the lower left; black on white in
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
rgb.save("progressive.jpg", quality=90, progressive=True, **D); rgb.save("restarts.jpg", quality=90, restart_marker_blocks=7, **D)
turned = gray.rotate(90, expand=True); exif = Image.Exif(); exif[0x0112] = 6
turned.save("turned.jpg", quality=90, exif=exif.tobytes(), **D)
exif = Image.Exif(); exif[0x011A] = 300.0; exif[0x011B] = 300.0; exif[0x0128] = 2
gray.save("exif-dpi.jpg", quality=90, exif=exif.tobytes())
alpha = Image.new("RGBA", (160, 96), (0, 0, 0, 0)); d = ImageDraw.Draw(alpha)
d.rectangle((10, 8, 149, 19), (0, 0, 0, 255)); d.rectangle((10, 60, 39, 87), (0, 0, 0, 255)); alpha.save("alpha.png", **D)
alpha.save("alpha.jp2"); alpha.convert("LA").save("alpha-gray.jp2"); alpha.save("alpha.j2k", no_jp2=True)
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
# TIFF of rarer kinds. In alpha-* the colours are black everywhere; ink is where the page is opaque.
python3 - <<'P'
import io, struct, numpy as np, tifffile
from PIL import Image
H, W = 96, 160
ink = np.zeros((H, W), bool); ink[8:20, 10:150] = True; ink[60:88, 10:40] = True
paper, red = np.array([250, 245, 235], np.uint8), np.array([180, 20, 30], np.uint8)
rgb, gray, opaque = np.where(ink[..., None], red, paper), np.where(ink, 0, 255).astype(np.uint8), np.where(ink, 255, 0).astype(np.uint8)
black, place = np.zeros_like(gray), ink.astype(np.uint8)
planes = lambda image: np.moveaxis(image, 2, 0)
dark_palette = np.zeros((3, 256), np.uint16); dark_palette[:, 0], dark_palette[:, 1] = paper, red
def write(name, image, photometric, **options):
    options = {"compression": "zlib", **options}
    tifffile.imwrite(name, image, photometric=photometric, resolution=(300, 300), resolutionunit="INCH", metadata=None, software="", **options)
for bits in (2, 4):
    write(f"gray{bits}-white-is-zero.tif", np.where(ink, (1 << bits) - 1, 0).astype(np.uint8), "miniswhite", bitspersample=bits, compression=None)
write("gray12.tif", np.where(ink, 0, 4095).astype(np.uint16), "minisblack", bitspersample=12, compression=None)
write("gray32.tif", np.where(ink, 0, 2**32 - 1).astype(np.uint32), "minisblack")
write("float.tif", np.where(ink, 0, 1).astype(np.float32), "minisblack", predictor=3)
write("float-rgb.tif", (rgb / 255).astype(np.float32), "rgb", predictor=3)
write("float-to-255.tif", gray.astype(np.float32), "minisblack")
alpha = dict(extrasamples=["unassalpha"], planarconfig="contig")
write("alpha-gray.tif", np.dstack([black, opaque]), "minisblack", **alpha)
write("alpha-white-is-zero.tif", np.dstack([black + 255, opaque]), "miniswhite", **alpha)
write("alpha-rgb.tif", np.dstack([black, black, black, opaque]), "rgb", **alpha)
write("alpha-rgb-associated.tif", np.dstack([black, black, black, opaque]), "rgb", extrasamples=["assocalpha"])
write("alpha-rgb16.tif", np.dstack([black, black, black, opaque]).astype(np.uint16) * 257, "rgb", predictor=2, **alpha)
write("alpha-cmyk.tif", np.dstack([black, black, black, black + 255, opaque]), "separated", **alpha)
write("alpha-planar-tiled.tif", np.stack([black, black, black, opaque]), "rgb", extrasamples=["unassalpha"], planarconfig="separate", tile=(32, 48))
write("planar-tiled.tif", planes(rgb), "rgb", planarconfig="separate", tile=(32, 48), compression="lzw")
write("palette-of-8-bits.tif", place, "palette", colormap=dark_palette)
write("big-tiff.tif", rgb, "rgb", bigtiff=True, byteorder=">", tile=(32, 32))
write("webp.tif", rgb, "rgb", compression="webp", compressionargs={"lossless": True})
with tifffile.TiffWriter("pyramid.tif") as pages:
    add = lambda image, photometric, **options: pages.write(image, photometric=photometric, metadata=None, software="", **options)
    add(rgb, "rgb", compression="jpeg", tile=(32, 32), subfiletype=0, subifds=1)
    add(rgb[::4, ::4], "rgb", compression="zlib", subfiletype=1)
    add(rgb[::2, ::2], "rgb", compression="jpeg", tile=(32, 32), subfiletype=1)
    add(ink, "minisblack", subfiletype=4)
    add(ink, "miniswhite", subfiletype=2)
    add(place, "palette", colormap=dark_palette, compression="zlib", subfiletype=2)
Image.fromarray(rgb).convert("LAB").save("lab.tif", compression="tiff_lzw")
def by_hand(name, bits, samples, compression, photometric, strip, *fields):
    """One strip, little end first; fields are tag, type (3 or 4) and numbers."""
    fields = [(256, 4, [W]), (257, 4, [H]), (258, 3, [bits] * samples), (259, 3, [compression]), (262, 3, [photometric]),
              (273, 4, [8]), (277, 3, [samples]), (278, 4, [H]), (279, 4, [len(strip)]), *fields]
    out, entries = bytearray(b"II*\0\0\0\0\0" + strip + b"\0" * (len(strip) % 2)), b""
    for tag, kind, numbers in sorted(fields):
        data = struct.pack(f"<{len(numbers)}{'HI'[kind - 3]}", *numbers)
        if len(data) > 4: at = len(out); out += data; data = struct.pack("<I", at)
        entries += struct.pack("<HHI", tag, kind, len(numbers)) + data.ljust(4, b"\0")
    struct.pack_into("<I", out, 4, len(out))
    open(name, "wb").write(bytes(out) + struct.pack("<H", len(fields)) + entries + bytes(4))
nibbles = (place[:, ::2] << 4 | place[:, 1::2]).tobytes()
by_hand("palette-of-8-bits-4.tif", 4, 1, 1, 3, nibbles, (320, 3, [n for c in range(3) for n in [paper[c], red[c]] + [0] * 14]))
by_hand("alpha-palette.tif", 8, 2, 1, 3, np.dstack([place * 0, opaque]).tobytes(), (320, 3, [0] * 768), (338, 3, [2]))
# YCbCr, four pixels with one Cb and one Cr; not packed.
y, cb, cr = (np.asarray(c) for c in Image.fromarray(rgb).convert("YCbCr").split())
clumps = np.dstack([y[::2, ::2], y[::2, 1::2], y[1::2, ::2], y[1::2, 1::2], cb[::2, ::2], cr[::2, ::2]])
by_hand("ycbcr.tif", 8, 3, 1, 6, clumps.tobytes(), (530, 3, [2, 2]))
jpeg = io.BytesIO(); Image.fromarray(rgb).save(jpeg, "JPEG", quality=92, subsampling=2); jpeg = jpeg.getvalue()
by_hand("old-jpeg.tif", 8, 3, 6, 6, jpeg, (513, 4, [8]), (514, 4, [len(jpeg)]), (530, 3, [2, 2]))
# LZW as it was before TIFF 6.0, low bits first: nothing but bytes as they are, and no code of more than nine bits.
codes = [code for i in range(0, H * W, 200) for code in [256, *gray.tobytes()[i:i + 200]]] + [257]
bits = sum(code << 9 * i for i, code in enumerate(codes))
by_hand("old-lzw.tif", 8, 1, 5, 1, bits.to_bytes((9 * len(codes) + 7) // 8, "little"))
P
for bits in 2 4; do tiffcp -c zip -t -w 32 -l 16 "gray$bits-white-is-zero.tif" "gray$bits-white-is-zero-tiled.tif"; done
for c in jbig lzma zstd; do tiffcp -c "$c" bilevel.tif "$c.tif"; done
tiff2pdf -o g4.pdf g4.tif
qpdf --encrypt "" secret 256 -- gray.pdf owner-password.pdf
qpdf --encrypt user secret 256 -- gray.pdf encrypted.pdf
weak=(qpdf --allow-weak-crypto --encrypt user secret)
"${weak[@]}" 40 -- gray.pdf rc4-40.pdf
"${weak[@]}" 128 --use-aes=n -- gray.pdf rc4-128.pdf
"${weak[@]}" 128 --use-aes=y -- gray.pdf aes-128.pdf
qpdf --rotate=90 gray.pdf rotated.pdf
# Two pages of letters in JBIG2: symbols, those of the first page common to the file (JBIG2Globals), those of the second its
# own. Needs jbig2enc (`cargo install jbig2enc`), which draws every letter one row lower than it was, and gives each page
# a dictionary of its own and the file an empty one.
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
python3 - "$work" <<'P'
import sys
from PIL import Image, ImageDraw
for page in range(2):
    im = Image.new("1", (320, 160), 1); d = ImageDraw.Draw(im)
    for row in range(4):
        for column in range(10):
            x, y, kind = 16 + 30 * column, 14 + 34 * row, (3 * row + column * (page + 1)) % 4
            strokes = [[(0, 0, 19, 3)], [(0, 10, 19, 13)], [(0, 20, 19, 23), (16, 0, 19, 23)], [(0, 0, 19, 3), (16, 0, 19, 12)]]
            for a, b, c, e in [(0, 0, 3, 23), *strokes[kind]]: d.rectangle((x + a, y + b, x + c, y + e), 0)
    im.save(f"{sys.argv[1]}/{page}.png", dpi=(300, 300))
P
(cd "$work" && jbig2enc -s -p -b page 0.png 1.png)
python3 - "$work" <<'P'
import pathlib, sys
def segments(data):
    """Data of each segment (ISO/IEC 14492, 7.2; short forms alone)."""
    at, found = 0, []
    while at < len(data):
        count = data[at + 5] >> 5; length = at + 7 + count; end = length + 4 + int.from_bytes(data[length:length + 4], "big")
        found.append(data[length + 4:end]); at = end
    return found
def segment(number, kind, refers, page, data):
    return number.to_bytes(4, "big") + bytes([kind, len(refers) << 5, *refers, page]) + len(data).to_bytes(4, "big") + data
def stream(entries, data): return f"<<{entries}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"
(info1, symbols1, text1), (info2, symbols2, text2) = (segments((pathlib.Path(sys.argv[1]) / f"page.000{i}").read_bytes()) for i in range(2))
pages = [segment(1, 48, [], 1, info1) + segment(2, 6, [0], 1, text1),
         segment(3, 48, [], 1, info2) + segment(4, 0, [], 1, symbols2) + segment(5, 6, [4], 1, text2)]
objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[4 0 R 7 0 R]/Count 2>>", stream("", segment(0, 0, [], 0, symbols1))]
for i, page in enumerate(pages):
    own = 4 + 3 * i
    objects += [f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 76.8 38.4]/Resources<</XObject<</S {own + 1} 0 R>>>>/Contents {own + 2} 0 R>>".encode(),
                stream("/Type/XObject/Subtype/Image/Width 320/Height 160/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode/DecodeParms<</JBIG2Globals 3 0 R>>", page),
                stream("", b"76.8 0 0 38.4 0 0 cm /S Do")]
out, places = b"%PDF-1.4\n", []
for i, entry in enumerate(objects): places.append(len(out)); out += f"{i + 1} 0 obj\n".encode() + entry + b"\nendobj\n"
table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in places)
out += f"{table}trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n".encode()
pathlib.Path("jbig2-symbols.pdf").write_bytes(out)
P
