#!/usr/bin/env python3
"""Writes files that would take all memory or all time, one for each way that is known: attacks.py FOLDER [NAME…]

Every file is small. tests/attacks.rs reads them all, and scripts/fuzz begins with the smallest. The same files each time.
"""
import struct
import sys
import zlib

A4 = (595, 842)


BLOCK = 1 << 20


def flate(data, then=0, fill=b"\0"):
    """Deflates data, and megabytes of a byte behind them: one block, repeated."""
    packer = zlib.compressobj(9)
    begin = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(fill * BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    check, count = zlib.adler32(data), then * BLOCK
    low, high = check & 0xFFFF, check >> 16
    high = (high + low * count + fill[0] * count * (count + 1) // 2) % 65521
    low = (low + fill[0] * count) % 65521
    return begin + block * then + b"\x03\0" + struct.pack(">HH", high, low)


def twice(megabytes, fill=b"\0"):
    """A stream for [/FlateDecode /FlateDecode]: zeros deflate to a period, which deflates again."""
    return flate(flate(b"", megabytes, fill))


def stream(dictionary, data):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (dictionary.encode(), len(data), data)


def file_of(objects, trailer="/Root 1 0 R"):
    """A PDF whose objects are numbered from 1."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for at in offsets:
        out += b"%010d 00000 n \n" % at
    out += b"trailer<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer.encode(), table)
    return bytes(out)


def page(content, resources="", more="", others=(), box=A4, contents=None):
    """A page with its content as object 4, and other objects from 5."""
    media = "[0 0 %s %s]" % box
    dictionary = "<</Type/Page/Parent 2 0 R/MediaBox%s/Contents %s/Resources<<%s>>%s>>" % (
        media, contents or "4 0 R", resources, more)
    content = content if content.startswith(b"<<") else stream("/Filter/FlateDecode", flate(content))
    return file_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", dictionary.encode(),
                    content, *others])


def image(dictionary, data, width=2480, height=3508, space="/ColorSpace/DeviceGray/BitsPerComponent 8"):
    return stream("/Type/XObject/Subtype/Image/Width %d/Height %d%s%s" % (width, height, space, dictionary), data)


WHOLE = b"q 595 0 0 842 0 0 cm /I Do Q"
XI = "/XObject<</I 5 0 R>>"
FLATE = "/Filter/FlateDecode"
TWICE = "/Filter[/FlateDecode/FlateDecode]"
THIN = "/ColorSpace/DeviceGray/BitsPerComponent 1"


def of_image(*images, content=WHOLE, **keys):
    return page(content, XI, others=images, **keys)


# --- The file's own tables ---------------------------------------------------------------------------------------------

def jbig_tiff(columns, rows):
    # libtiff turns the bits of JBIG data.
    data = bytes(int("{:08b}".format(b)[::-1], 2) for b in struct.pack(">4B3I4B", 0, 0, 1, 0, columns, rows, 9, 8, 0, 0, 0) + b"\xff\2" * 9)
    fields = [(256, 4, columns), (257, 4, 96), (258, 3, 1), (259, 3, 34661), (262, 3, 0), (273, 4, 8), (278, 4, 96), (279, 4, len(data))]
    directory = struct.pack("<H", len(fields)) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in fields)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + bytes(4)


def with_structure(members, filters=FLATE, data=None, first=None, count=3):
    """A file whose catalogue, page tree and page lie in object stream 4, its table being a stream."""
    head = b"1 0 2 %d 3 %d " % (len(members[0]) + 1, len(members[0]) + len(members[1]) + 2)
    body = b" ".join(members)
    data = data or flate(head + body)
    out = bytearray(b"%PDF-1.7\n")
    at = len(out)
    out += b"4 0 obj\n" + stream("/Type/ObjStm/N %d/First %d%s" % (count, first or len(head), filters), data) + b"\nendobj\n"
    table = len(out)
    entries = b"".join(struct.pack(">BIH", *e) for e in
                       [(0, 0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, at, 0), (1, table, 0)])
    out += b"5 0 obj\n" + stream("/Type/XRef/W[1 4 2]/Size 6/Root 1 0 R", entries) + b"\nendobj\n"
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


MEMBERS = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R>>"]


def object_stream(filters, pack, megabytes):
    head = b"1 0 2 %d 3 %d " % (len(MEMBERS[0]) + 1, len(MEMBERS[0]) + len(MEMBERS[1]) + 2)
    data = flate(head + b" ".join(MEMBERS), megabytes, b" ")
    return with_structure(MEMBERS, filters, flate(data) if pack == 2 else data, len(head))


def table_stream(megabytes, widths=(1, 4, 2), entries=b"", filters=TWICE):
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]
    out = bytearray(b"%PDF-1.7\n")
    table = [struct.pack(">BIH", 0, 0, 0)]
    for number, body in enumerate(objects, 1):
        table.append(struct.pack(">BIH", 1, len(out), 0))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at, whole = len(out), b"".join(table) + entries
    data = flate(flate(whole, megabytes)) if filters == TWICE else flate(whole, megabytes)
    count = (len(whole) + megabytes * BLOCK) // sum(widths)
    out += b"4 0 obj\n" + stream("/Type/XRef/W[%d %d %d]/Size %d/Root 1 0 R%s" % (*widths, count, filters), data)
    out += b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % at
    return bytes(out)


def many_pages(count):
    kids = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, b"<<>>" * count)
    return with_structure([MEMBERS[0], kids, MEMBERS[2]])


def nested(opening, closing, depth):
    middle = opening * depth + closing * depth
    return file_of([b"<</Type/Catalog/Pages 2 0 R/X %s>>" % middle, b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/X %s>>" % middle,
                    stream("", middle + b" n 0 0 9 9 re f")])


def page_tree(depth, loop):
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    for level in range(depth):
        kid = 2 if loop and level == depth - 1 else level + 3
        objects.append(b"<</Type/Pages/Count 1/Kids[%d 0 R %d 0 R]>>" % (kid, kid))
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>")
    return file_of(objects)


def unended_streams(count):
    body = b"".join(b"%d 0 obj<</Length 9>>stream\n" % n for n in range(9, count + 9))
    return b"%PDF-1.7\n" + body + b"\ntrailer<</Root 1 0 R>>\n"


# --- What is drawn -----------------------------------------------------------------------------------------------------

def scatter(count, seed=1):
    """Places on the page, the same each time."""
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield (seed >> 8) % 595, (seed >> 4) % 842


def segments(count, each, end):
    points = scatter(count)
    parts = ["%d %d m" % next(points)] if not each else []
    for x, y in points:
        parts.append("%d %d m %d %d l %s" % (y % 595, x, x, y, end) if each else "%d %d l" % (x, y))
    return page("\n".join(parts + ["" if each else end]).encode())


def repeated(once, count, resources="", others=()):
    return page(once * count, resources, others=others)


def annotations(count, appearance):
    look = "/AP<</N 5 0 R>>" if appearance else ""
    one = "<</Type/Annot/Subtype/Square/Rect[9 9 99 99]%s>>" % look
    form = stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b"0 0 9 9 re f")
    return page(b"", more="/Annots 6 0 R", others=[form, ("[" + one * count + "]").encode()])


def mesh(kind, count, whole=True):
    values = []
    for i, (x, y) in enumerate(scatter(count * (3 if kind == 4 else 12))):
        first = kind == 6 and i % 12 == 0
        values.append(struct.pack(">B", 0) if kind == 4 or first else b"")
        values.append(struct.pack(">HH", x * 110, y * 77))
        if kind == 4:
            values.append(b"\x80")
        elif i % 12 == 11:
            values.append(b"\x80\x40\x80\x40")
    shading = stream("/ShadingType %d/ColorSpace/DeviceGray/BitsPerCoordinate 16/BitsPerComponent 8/BitsPerFlag 8"
                     "/Decode[0 595 0 842 0 1]%s" % (kind, FLATE), flate(b"".join(values)))
    return page(b"/S sh", "/Shading<</S 5 0 R>>", others=[shading])


def function(kind):
    if kind == "calculator":
        body = b"{" + b"sin cos " * 200000 + b"}"
        return stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1]", body)
    if kind == "sampled":
        return stream("/FunctionType 0/Domain[0 1 0 1]/Range[0 1]/BitsPerSample 8/Size[65000 65000]%s" % TWICE,
                      twice(4 << 10))
    return b"<</FunctionType 3/Domain[0 1 0 1]/Functions[6 0 R 6 0 R]/Bounds[.5]/Encode[0 1 0 1]>>"


def shaded(kind):
    shading = b"<</ShadingType 1/ColorSpace/DeviceGray/Matrix[595 0 0 842 0 0]/Function 6 0 R>>"
    return page(b"/S sh", "/Shading<</S 5 0 R>>", others=[shading, function(kind)])


def tiling(step, box, content=b"0 0 1 1 re f", times=1):
    pattern = stream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 %s %s]/XStep %s/YStep %s/Resources<<>>"
                     % (box, box, step, step), content)
    return page(b"/Pattern cs /P scn 0 0 595 842 re f " * times, "/Pattern<</P 5 0 R>>", others=[pattern])


def forms(depth, fan, group):
    """Forms that paint the next one several times: fan to the power of depth."""
    group = "/Group<</S/Transparency>>" if group else ""
    others = []
    for level in range(depth):
        inner = b"/I Do " * fan if level + 1 < depth else b"0 0 595 842 re f"
        others.append(stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]%s/Resources<</XObject<</I %d 0 R>>>>"
                             % (group, level + 6), inner))
    return page(b"/I Do", XI, others=others)


def soft_masks(depth, count):
    """Masks whose groups are masked in turn."""
    others = []
    for level in range(depth):
        state = 5 + 2 * level
        inner = b"/G gs " if level + 1 < depth else b""
        others.append(b"<</SMask<</S/Luminosity/G %d 0 R>>>>" % (state + 1))
        others.append(stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Group<</S/Transparency/CS/DeviceGray>>"
                             "/Resources<</ExtGState<</G %d 0 R>>>>" % (state + 2), inner + b"0 0 595 842 re f"))
    content = b"".join(b"q 1 0 0 1 .%03d 0 cm /G gs 0 0 500 500 re f Q " % i for i in range(count))
    return page(content, "/ExtGState<</G 5 0 R>>", others=others)


def type3(recursive, count):
    glyph = stream("", b"1000 0 d0 " + (b"BT /F 1 Tf (aaaa) Tj ET" if recursive else b"0 0 1000 1000 re f"))
    font = (b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 97/LastChar 97"
            b"/Widths[1000]/Encoding<</Differences[97/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F 5 0 R>>>>>>")
    text = b"BT /F 800 Tf " + b"1 0 0 1 0 0 Tm (a) Tj " * count + b"ET"
    return page(text, "/Font<</F 5 0 R>>", others=[font, glyph])


def font_file(key, subtype, megabytes):
    descriptor = "<</Type/FontDescriptor/FontName/F/Flags 4/%s 7 0 R>>" % key
    font = "<</Type/Font/Subtype/%s/BaseFont/F/FontDescriptor 6 0 R>>" % subtype
    return page(b"BT /F 9 Tf 9 9 Td (a) Tj ET", "/Font<</F 5 0 R>>",
                others=[font.encode(), descriptor.encode(), stream(TWICE, twice(megabytes))])


def to_unicode(megabytes):
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    return page(b"BT /F 9 Tf 9 9 Td (a) Tj ET", "/Font<</F 5 0 R>>", others=[font, stream(TWICE, twice(megabytes, b" "))])


# --- Images ------------------------------------------------------------------------------------------------------------

def jbig2_segment(number, kind, data, page_number=1):
    return struct.pack(">IBBBI", number, kind, 0, page_number, len(data)) + data


def jbig2_page(width, height, striped=0):
    return jbig2_segment(0, 48, struct.pack(">IIIIBH", width, height, 0, 0, 0, striped))


def jbig2_region(number, width, height, x=0, y=0, kind=38, template=0):
    """A generic region whose arithmetic code is cut short: the decoder goes on with ones."""
    adaptive = b"\x03\xff\xfd\xff\x02\xfe\xfe\xfe" if template == 0 else b"\x03\xff"
    return jbig2_segment(number, kind, struct.pack(">IIIIBB", width, height, x, y, 0, template << 1) + adaptive + b"\0" * 9)


def jbig2_dictionary(number, width, height):
    """A symbol dictionary of one symbol, whose sides the code does not bound."""
    head = struct.pack(">H", 0) + b"\x03\xff\xfd\xff\x02\xfe\xfe\xfe" + struct.pack(">II", width, height)
    return jbig2_segment(number, 0, head + bytes(range(64)))


def jbig2_pattern(number, side, grays):
    head = struct.pack(">BBBI", 0, side, side, grays)
    return jbig2_segment(number, 16, head + b"\0" * 16)


def of_jbig2(data, width=2480, height=3508):
    return of_image(image("/Filter/JBIG2Decode", data, width, height, THIN))


def codestream(width, height, components, tile=None, levels=5, layers=1, style=0, precincts=b"", block=(4, 4)):
    tile = tile or (width, height)
    size = struct.pack(">HIIIIIIIIH", 0, width, height, 0, 0, *tile, 0, 0, components) + b"\x07\x01\x01" * components
    coding = struct.pack(">BBHBBBBBB", style, 0, layers, 0, levels, *block, 0, 1) + precincts
    quantization = struct.pack(">B", 0x40) + b"\x40" * (3 * levels + 1)
    segment = lambda marker, body: struct.pack(">HH", marker, len(body) + 2) + body
    tiles = b""
    body = b"\x80" * 40
    for index in range(1):
        tiles += struct.pack(">HHHIBB", 0xFF90, 10, index, 14 + len(body), 0, 1) + b"\xFF\x93" + body
    return (b"\xFF\x4F" + segment(0xFF51, size) + segment(0xFF52, coding) + segment(0xFF5C, quantization) + tiles
            + b"\xFF\xD9")


def jpeg(width, height, components=3, progressive=False, scans=1, sampling=0x11, restart=0):
    """A JPEG whose scans are all zeros."""
    segment = lambda marker, body: struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
    out = b"\xFF\xD8" + segment(0xDB, b"\0" + b"\x01" * 64)
    frame = struct.pack(">BHHB", 8, height, width, components)
    frame += b"".join(struct.pack(">BBB", i + 1, sampling if i == 0 else 0x11, 0) for i in range(components))
    out += segment(0xC2 if progressive else 0xC0, frame)
    for kind in (0x00, 0x10):
        out += segment(0xC4, struct.pack(">B", kind) + bytes([1] + [0] * 15) + b"\0")
    for scan in range(scans):
        if progressive and scan:
            head = struct.pack(">BBBBBB", 1, 1 + scan % components, 0, 1 + scan % 63, 1 + scan % 63, 0)
        else:
            parts = b"".join(struct.pack(">BB", i + 1, 0) for i in range(components))
            head = struct.pack(">B", components) + parts + (b"\0\0\0" if progressive else b"\0\x3F\0")
        out += segment(0xDA, head) + b"\0" * 64
    return out + b"\xFF\xD9"


def lzw(size):
    """Zeros at a thousand to one: every code is the one that is made next."""
    bits, count, code, width, made = 0, 0, 0, 9, 0
    out = bytearray()

    def put(value, length):
        nonlocal bits, count
        bits = (bits << length) | value
        count += length
        while count >= 8:
            out.append((bits >> (count - 8)) & 0xFF)
            count -= 8
        bits &= (1 << count) - 1
    while made < size:
        put(256, width)
        width = 9
        put(0, width)
        made += 1
        for entry in range(258, 4094):
            put(entry, width)
            made += entry - 256
            width = 9 if entry + 2 < 512 else 10 if entry + 2 < 1024 else 11 if entry + 2 < 2048 else 12
    put(257, width)
    put(0, 7)
    return bytes(out)


CCITT = "/Filter/CCITTFaxDecode/DecodeParms<</K %d/Columns %d/Rows %d%s>>"


def of_ccitt(k, columns, rows, data, more="", width=2480, height=3508):
    return of_image(image(CCITT % (k, columns, rows, more), data, width, height, THIN))


def predictor(parameters, megabytes, width=2480, height=3508, space=THIN):
    return of_image(image("%s/DecodeParms[null<</Predictor %s>>]" % (TWICE, parameters), twice(megabytes), width, height, space))


def masked(mask, key="SMask"):
    return of_image(image("/%s 6 0 R%s" % (key, FLATE), flate(b"", 9)), mask)


ATTACKS = {
    # The file's own tables.
    "object-stream-8gb": lambda: object_stream(TWICE, 2, 8 << 10),
    "object-stream-once": lambda: object_stream(FLATE, 1, 1 << 10),
    "table-stream-4gb": lambda: table_stream(4 << 10),
    "table-stream-entries": lambda: table_stream(0, entries=struct.pack(">BIH", 1, 9, 0) * (8 << 20)),
    "table-stream-count": lambda: table_stream(0, widths=(0, 1, 0)).replace(b"/Size 4", b"/Size 4294967295"),
    "object-stream-count": lambda: with_structure(MEMBERS, count=4294967295),
    "pages-4m": lambda: many_pages(4_000_000),
    "nested-arrays": lambda: nested(b"[", b"]", 2_000_000),
    "nested-dictionaries": lambda: nested(b"<</a", b">>", 1_000_000),
    "page-tree-loop": lambda: page_tree(3, True),
    "page-tree-deep": lambda: page_tree(100_000, False),
    "unended-streams": lambda: unended_streams(400_000),
    # Streams of a page.
    "content-8gb": lambda: page(stream(TWICE, twice(8 << 10, b" "))),
    "content-700mb": lambda: page(stream(TWICE, twice(700, b"q"))),
    "content-thousand-parts": lambda: page(stream(TWICE, twice(60, b" ")), contents="[" + "4 0 R " * 1000 + "]"),
    "content-lzw": lambda: page(stream("/Filter/LZWDecode", lzw(2 << 30))),
    "content-lzw-flate": lambda: page(stream("/Filter[/FlateDecode/LZWDecode]", flate(lzw(2 << 30)))),
    "content-runs": lambda: page(stream("/Filter[/FlateDecode/RunLengthDecode]", flate(b"", 64, b"\x81"))),
    "content-ascii85": lambda: page(stream("/Filter[/FlateDecode/ASCII85Decode]", flate(b"", 600, b"z"))),
    "content-many-filters": lambda: page(stream("/Filter[" + "/ASCIIHexDecode" * 200_000 + "]", b"20" * 9)),
    "xmp-8gb": lambda: page(b"0 0 9 9 re f", more="/Metadata 5 0 R", others=[stream("/Type/Metadata" + TWICE, twice(8 << 10))]),
    "profile-8gb": lambda: of_image(image(FLATE, flate(b"", 9), space="/BitsPerComponent 8/ColorSpace[/ICCBased 6 0 R]"),
                                    stream("/N 1" + TWICE, twice(8 << 10))),
    "palette-8gb": lambda: of_image(image(FLATE, flate(b"", 9),
                                          space="/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 255 6 0 R]"),
                                    stream(TWICE, twice(8 << 10))),
    "font-8gb": lambda: font_file("FontFile3", "Type1", 8 << 10),
    "font-truetype-8gb": lambda: font_file("FontFile2", "TrueType", 8 << 10),
    "to-unicode-8gb": lambda: to_unicode(8 << 10),
    "form-8gb": lambda: page(b"/I Do", XI, others=[stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]" + TWICE, twice(8 << 10, b" "))]),
    # What is drawn.
    "segments-300k": lambda: segments(300_000, False, "S"),
    "segments-300k-filled": lambda: segments(300_000, False, "f"),
    "lines-300k": lambda: segments(300_000, True, "S"),
    "rectangles-100k": lambda: repeated(b"0 0 595 842 re f ", 100_000),
    "dashes": lambda: page(b"[.001 .001] 0 d 99 w " + b"0 0 m 595 842 l S " * 100),
    "curves": lambda: repeated(b"0 0 m 999999 0 0 999999 595 842 c S ", 50_000),
    "clips-50k": lambda: repeated(b"1 0 m 590 3 l 595 840 l h W n 0 0 595 842 re f ", 50_000),
    "annotations-200k": lambda: annotations(200_000, True),
    "annotations-200k-bare": lambda: annotations(200_000, False),
    "mesh-triangles": lambda: mesh(4, 100_000),
    "mesh-patches": lambda: mesh(6, 20_000),
    "function-calculator": lambda: shaded("calculator"),
    "function-sampled": lambda: shaded("sampled"),
    "function-loop": lambda: shaded("loop"),
    "colour-space-loop": lambda: page(b"/S cs 0 sc 0 0 9 9 re f", "/ColorSpace<</S 5 0 R>>",
                                      others=[b"[/Indexed 5 0 R 1 <000000ffffff>]"]),
    "colour-space-loop-image": lambda: of_image(image(FLATE, flate(b"", 9), space="/BitsPerComponent 8/ColorSpace 6 0 R"),
                                                b"[/Separation/A 6 0 R<</FunctionType 2/Domain[0 1]/N 1>>]"),
    "tiling-tiny": lambda: tiling("0.0001", "595"),
    "tiling-overlap": lambda: tiling("0.1", "500"),
    "tiling-often": lambda: tiling("900", "900", b"0 0 900 900 re f", 2000),
    "forms-fan": lambda: forms(11, 6, False),
    "groups-fan": lambda: forms(5, 6, True),
    "form-loop": lambda: page(b"/I Do", XI, others=[stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I 5 0 R>>>>",
                                                           b"/I Do /I Do")]),
    "soft-masks-nested": lambda: soft_masks(10, 1),
    "soft-masks-many": lambda: soft_masks(1, 300),
    "type3-recursive": lambda: type3(True, 9),
    "type3-large": lambda: type3(False, 20_000),
    "text-large": lambda: page(b"BT /F 3000 Tf " + b"1 0 0 1 0 0 Tm (Bg) Tj " * 20_000 + b"ET",
                               "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"),
    "states-deep": lambda: repeated(b"q ", 3_000_000),
    "inline-images": lambda: repeated(b"q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q ", 20_000),
    "images-often": lambda: of_image(image(FLATE, flate(b"", 9)), content=b"q 300 9 9 842 0 0 cm /I Do Q " * 300),
    "page-huge": lambda: page(b"0 0 9 9 re f", box=(10**9, 10**9)),
    "page-thin": lambda: page(b"0 0 9 9 re f", box=(10**6, 1)),
    "unit-huge": lambda: page(b"0 0 9 9 re f", more="/UserUnit 1%s/Rotate 2147483647" % ("0" * 30)),
    # Images.
    "jbig2-65000-rows": lambda: of_jbig2(jbig2_page(65000, 65000) + jbig2_region(1, 65000, 65000)),
    "jbig2-page-only": lambda: of_jbig2(jbig2_page(65000, 65000) + jbig2_segment(1, 49, b"")),
    "jbig2-unknown-height": lambda: of_jbig2(jbig2_page(65000, 0xFFFFFFFF, 0x8000 | 9) + jbig2_segment(1, 50, struct.pack(">I", 64999))),
    "jbig2-region": lambda: of_jbig2(jbig2_page(2480, 3508) + jbig2_region(1, 65000, 65000)),
    "jbig2-regions": lambda: of_jbig2(jbig2_page(2480, 3508) + b"".join(jbig2_region(i, 9000, 9000) for i in range(1, 200))),
    "jbig2-kept-regions": lambda: of_jbig2(jbig2_page(2480, 3508) + b"".join(jbig2_region(i, 30000, 3000, kind=36) for i in range(1, 500))),
    "jbig2-symbols": lambda: of_jbig2(jbig2_page(2480, 3508) + b"".join(jbig2_dictionary(i, 1 << 19, 1 << 19) for i in range(1, 30))),
    "jbig2-patterns": lambda: of_jbig2(jbig2_page(2480, 3508) + b"".join(jbig2_pattern(i, 255, 1 << 16) for i in range(1, 5))),
    "jbig2-refinement": lambda: of_jbig2(jbig2_page(2480, 3508) + b"".join(
        jbig2_segment(i, 42, struct.pack(">IIIIBB", 2480, 3508, 0, 0, 0, 0) + b"\xff\xff\xff\xff" + b"\0" * 9) for i in range(1, 200))),
    "jbig2-in-flate": lambda: of_image(image("/Filter[/FlateDecode/JBIG2Decode]", flate(jbig2_page(65000, 65000) + jbig2_region(1, 65000, 65000)),
                                             space=THIN)),
    "jbig2-globals-8gb": lambda: of_image(image("/Filter/JBIG2Decode/DecodeParms<</JBIG2Globals 6 0 R>>", jbig2_page(2480, 3508), space=THIN),
                                          stream(TWICE, twice(8 << 10))),
    "jpeg2000-16-channels": lambda: of_image(image("/Filter/JPXDecode", codestream(9000, 9000, 16), 9000, 9000)),
    "jpeg2000-many-channels": lambda: of_image(image("/Filter/JPXDecode", codestream(2480, 3508, 255))),
    "jpeg2000-one-channel": lambda: of_image(image("/Filter/JPXDecode", codestream(9900, 9900, 1), 9900, 9900)),
    "jpeg2000-small-tiles": lambda: of_image(image("/Filter/JPXDecode", codestream(9900, 9900, 4, tile=(39, 39)), 9900, 9900)),
    "jpeg2000-precincts": lambda: of_image(image("/Filter/JPXDecode", codestream(2480, 3508, 3, style=1, precincts=b"\0" + b"\x11" * 5))),
    "jpeg2000-levels": lambda: of_image(image("/Filter/JPXDecode", codestream(2480, 3508, 3, levels=32, layers=32))),
    "jpeg2000-small-blocks": lambda: of_image(image("/Filter/JPXDecode", codestream(9900, 9900, 3, block=(0, 0)), 9900, 9900)),
    "predictor-tiff-1-bit": lambda: predictor("2/Colors 1/BitsPerComponent 1/Columns 9000", 10, 9000, 9000),
    "predictor-narrow": lambda: predictor("12/Colors 1/BitsPerComponent 8/Columns 1", 700),
    "predictor-wide": lambda: predictor("2/Colors 32/BitsPerComponent 8/Columns 9000000000000", 1),
    "predictor-colors": lambda: predictor("15/Colors 7/BitsPerComponent 16/Columns 9", 300),
    "ccitt-2g-columns": lambda: of_ccitt(-1, 2_000_000_000, 3508, b"\xff" * 99),
    "ccitt-columns-own": lambda: of_ccitt(-1, 2_000_000_000, 0, b"\xff" * 99, width=2_000_000_000, height=1),
    "ccitt-rows": lambda: of_ccitt(-1, 60_000, 0, b"\xff" * (1 << 20)),
    "ccitt-in-flate": lambda: of_image(image("/Filter[/FlateDecode/CCITTFaxDecode]/DecodeParms[null<</K -1/Columns 65000>>]",
                                             flate(b"", 64, b"\xff"), space=THIN)),
    "ccitt-runs": lambda: of_ccitt(0, 65_000, 0, b"\x35\x0c" * (4 << 20)),
    "dct-65000": lambda: of_image(image("/Filter/DCTDecode", jpeg(65000, 65000), space="/BitsPerComponent 8/ColorSpace/DeviceRGB")),
    "dct-declared-small": lambda: of_image(image("/Filter/DCTDecode", jpeg(9999, 9999, 4), 9, 9, "/BitsPerComponent 8/ColorSpace/DeviceCMYK")),
    "dct-scans": lambda: of_image(image("/Filter/DCTDecode", jpeg(9000, 9000, 3, True, 3000), 9000, 9000,
                                        "/BitsPerComponent 8/ColorSpace/DeviceRGB")),
    "dct-in-flate": lambda: of_image(image("/Filter[/FlateDecode/DCTDecode]", flate(jpeg(60000, 60000)), space="/BitsPerComponent 8/ColorSpace/DeviceRGB")),
    "image-8gb": lambda: of_image(image(TWICE, twice(8 << 10))),
    "image-32-channels": lambda: of_image(image(TWICE, twice(700), 9900, 9900,
                                                "/BitsPerComponent 16/ColorSpace[/DeviceN[" + "".join("/C%d" % i for i in range(32))
                                                + "]/DeviceGray 6 0 R]"),
                                          stream("/FunctionType 4/Domain[" + "0 1 " * 32 + "]/Range[0 1]", b"{" + b"pop " * 31 + b"}")),
    "image-lzw": lambda: of_image(image("/Filter/LZWDecode", lzw(2 << 30))),
    "mask-8gb": lambda: masked(image(TWICE, twice(8 << 10), 9000, 9000)),
    "mask-huge": lambda: masked(image("/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 65000>>", b"\xff" * 99, 65000, 65000, "/ImageMask true"), "Mask"),
    "mask-jbig2": lambda: masked(image("/Filter/JBIG2Decode", jbig2_page(65000, 65000) + jbig2_region(1, 65000, 65000), space=THIN)),
    # Scans that are not in a PDF.
    "alone-16-channels.jp2": lambda: codestream(9000, 9000, 16),
    "alone-jbig.tif": lambda: jbig_tiff(160, 1 << 31),
    "alone-precincts.j2k": lambda: codestream(2480, 3508, 3, style=1, precincts=b"\0" + b"\x11" * 5),
    "alone-scans.jpg": lambda: jpeg(9000, 9000, 3, True, 3000),
    "alone-small-blocks.j2k": lambda: codestream(9900, 9900, 3, block=(0, 0)),
}


def main():
    folder, wanted = sys.argv[1], sys.argv[2:] or ATTACKS
    for name in wanted:
        with open("%s/%s" % (folder, name if "." in name else name + ".pdf"), "wb") as out:
            out.write(ATTACKS[name]())


if __name__ == "__main__":
    main()
