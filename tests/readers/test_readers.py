"""The text of searchable PDFs in other people's readers, against the records that they were made from. Run by
scripts/test-readers.

Poppler's pdftotext is asked for the text in the file's order (`-raw`): its own order of columns is another one.
"""
import difflib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import pypdfium2
import records

READERS = ["PDFium", "pdf.js", "MuPDF", "Poppler"]
# Shares of a record's characters that a reader gives, in the record's order.
LEAST = 0.99


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pdfium(file):
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(file))


def texts(files):
    """What each reader says of each file."""
    of_pdfjs = json.loads(output("node", str(pathlib.Path(__file__).parent / "pdfjs.js"), *files))
    return {file: {
        "PDFium": pdfium(file),
        "pdf.js": of_pdfjs[file],
        "MuPDF": output("mutool", "draw", "-q", "-F", "txt", file),
        "Poppler": output("pdftotext", "-raw", file, "-"),
    } for file in files}


def without_space(text):
    return "".join(text.split())


def in_order(reference, text):
    """The share of the reference's characters that the text has in their order."""
    matcher = difflib.SequenceMatcher(None, without_space(reference), without_space(text), autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(without_space(reference))


def strings_of_three(page):
    lines = [line["text"] for region in page["regions"] for line in region["lines"]]
    strings = (line[at:at + 3] for line in lines for at in range(len(line) - 2))
    return [string for string in strings if string == without_space(string)]


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.pages = {name: records.of_sample(name) for name in records.names()}
        for name in ["no5517-horizontal-light", "no5517-vertical-light"]:
            for rotation in [90, 180, 270]:
                cls.pages[f"{name}-{rotation}"] = records.turned(records.of_sample(name), rotation)
        cls.pages["dense-columns"] = records.dense_columns()
        cls.pages["long-redactions"] = records.long_redactions()
        folder = pathlib.Path(cls.folder.name)
        for name, page in cls.pages.items():
            (folder / f"{name}.json").write_text(json.dumps(page), encoding="utf-8")
        subprocess.run([os.environ["DENSHIN"], "convert", folder, "--format", "pdf", "-o", folder, "--quiet"], check=True)
        cls.files = {name: str(folder / f"{name}.pdf") for name in cls.pages}
        read = texts(list(cls.files.values()))
        cls.texts = {name: read[file] for name, file in cls.files.items()}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def of_every_page(self, test):
        for name, page in self.pages.items():
            for reader in READERS:
                with self.subTest(page=name, reader=reader):
                    test(page, self.texts[name][reader])

    def test_every_character_is_there_in_the_order_of_the_record(self):
        self.of_every_page(lambda page, text: self.assertGreaterEqual(in_order(page["text"], text), LEAST, text))

    def test_no_line_is_torn_apart(self):
        def torn(page, text):
            return [string for string in strings_of_three(page) if string not in text]

        self.of_every_page(lambda page, text: self.assertEqual(torn(page, text), []))

    def test_what_is_highlighted_is_the_cell_of_the_character(self):
        for name in ["no5517-horizontal-light", "no5517-vertical-light", "no5517-vertical-light-270"]:
            page, document = self.pages[name], pypdfium2.PdfDocument(self.files[name])
            text = document[0].get_textpage()
            shown = [at for at in range(text.count_chars()) if text.get_text_range(at, 1).strip()]
            glyphs = [glyph for region in page["regions"] for line in region["lines"] for glyph in line["glyphs"]]
            unit = 72 / page["dpi"]
            self.assertEqual(len(shown), len(glyphs))
            for at, glyph in zip(shown, glyphs):
                if text.get_text_range(at, 1) != glyph["text"]:
                    continue
                left, bottom, right, top = text.get_charbox(at)
                box = [side * unit for side in glyph["bbox"]]
                x, y = (box[0] + box[2]) / 2, page["height"] * unit - (box[1] + box[3]) / 2
                self.assertTrue(left < x < right and bottom < y < top, f"{name}: {glyph}: {text.get_charbox(at)}")


if __name__ == "__main__":
    unittest.main()
