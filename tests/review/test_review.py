"""The review page in a real browser. Run by scripts/test-review."""
import os
import tempfile
import time
import unittest

from axe_playwright_python.sync_playwright import Axe
from desk import COLUMNS, LINES, Browser, Results, choose_line, open_page, read_samples, saved

COLUMN_TEXT = "日米首のう会談"


class ReviewPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.records = tempfile.TemporaryDirectory()
        read_samples(cls.records.name)
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.records.cleanup()

    def setUp(self):
        self.results = Results(self.records.name)
        self.addCleanup(self.results.close)

    def person(self, **options):
        page = self.browser.person(self.results, **options)
        self.addCleanup(page.context.close)
        self.addCleanup(lambda: self.assertEqual(page.complaints, []))
        return page

    def line_of(self, name, text):
        lines = [line for region in self.results.review(name)["regions"] for line in region["lines"]]
        return next((line for line in lines if text in line["text"]), None)

    def type_line(self, page, change):
        """Changes the text of the chosen line as one who types does."""
        field = page.locator(".line-text")
        text = change(field.input_value())
        field.fill(text)
        field.press("Escape")
        return text

    def draw(self, page, kind, box):
        """Draws a region over a part of the viewer, in parts of its sides."""
        page.locator(f".scan-tools .add.{kind}").click()
        pane = page.locator(".viewer").bounding_box()
        at = [(pane["x"] + pane["width"] * x, pane["y"] + pane["height"] * y) for x, y in box]
        page.mouse.move(*at[0])
        page.mouse.down()
        page.mouse.move(*at[1], steps=5)
        page.mouse.up()

    def test_a_column_is_mended_a_redaction_added_and_both_are_there_again(self):
        before = self.results.sha256(COLUMNS)
        page = self.person()
        open_page(page, COLUMNS)
        choose_line(page, COLUMN_TEXT)
        self.assertEqual(page.locator(".line-text").evaluate("e => getComputedStyle(e).writingMode"), "vertical-rl")
        image, cells = page.locator(".line-image").bounding_box(), page.locator(".cells").bounding_box()
        self.assertGreater(image["height"], image["width"] * 2, "a column is shown as a column")
        self.assertLess(abs(image["height"] - cells["height"]), 3, "the characters stand beside their ink")
        mended = self.type_line(page, lambda text: text.replace(COLUMN_TEXT, "日米首ノウ会談"))
        saved(page)
        redactions = page.locator(".mark.redaction").count()
        self.draw(page, "redaction", [(0.42, 0.85), (0.5, 0.93)])
        page.wait_for_function("n => document.querySelectorAll('.mark.redaction').length > n", arg=redactions)
        saved(page)
        page.reload()
        page.wait_for_selector(".cell")
        self.assertEqual(page.locator(".text .row", has_text=mended).count(), 1)
        self.assertEqual(page.locator(".mark.redaction").count(), redactions + 1)
        review = self.results.review(COLUMNS)
        self.assertEqual(self.line_of(COLUMNS, "首ノウ")["engine"], "person")
        drawn = [r for r in review["regions"] if r["kind"] == "redaction"][-1]
        marks = [g["bbox"] for r in review["regions"] if r["kind"] == "text" for l in r["lines"] for g in l["glyphs"] if g["text"] == "■"]
        self.assertIn(drawn["bbox"], marks, "the redaction is a ■ where it stands")
        self.assertEqual((review["history"][-1]["by"], self.results.sha256(COLUMNS)), ("高橋", before))

    def test_what_was_done_is_undone_and_done_again(self):
        page = self.person()
        open_page(page, LINES)
        choose_line(page, COLUMN_TEXT)
        self.type_line(page, lambda text: text.replace("首のう", "首脳"))
        saved(page)
        page.get_by_role("button", name="元に戻す").click()
        saved(page)
        self.assertIsNotNone(self.line_of(LINES, "首のう"))
        page.keyboard.press("Control+y")
        saved(page)
        page.wait_for_function("() => document.querySelector('.side-text').textContent.includes('首脳')")
        self.assertIsNotNone(self.line_of(LINES, "首脳"))

    def test_two_on_one_page_keep_both_their_work(self):
        first, second = self.person(name="高橋"), self.person(name="鈴木")
        for page in (first, second):
            open_page(page, LINES)
        choose_line(first, "電信写")
        self.type_line(first, lambda text: text + "甲")
        saved(first)
        choose_line(second, COLUMN_TEXT)
        self.type_line(second, lambda text: text + "乙")
        dialog = second.locator("dialog.conflict")
        dialog.wait_for()
        self.assertIn("高橋", dialog.inner_text())
        self.assertEqual(dialog.locator("fieldset").count(), 0, "they changed different lines")
        dialog.locator("button.primary").click()
        saved(second)
        self.assertTrue(self.line_of(LINES, "電信写甲") and self.line_of(LINES, "乙"))
        # Now both change the same line: somebody chooses.
        choose_line(first, "電信写")
        self.type_line(first, lambda text: text + "丙")
        dialog = first.locator("dialog.conflict")
        dialog.wait_for()
        dialog.locator("button.primary").click()
        saved(first)
        choose_line(second, "電信写甲")
        self.type_line(second, lambda text: text.replace("甲", "丁"))
        dialog = second.locator("dialog.conflict")
        dialog.wait_for()
        self.assertEqual(dialog.locator("fieldset q").all_inner_texts(), ["電信写丁", "電信写甲丙"])
        dialog.locator("input[value=theirs]").check()
        dialog.locator("button.primary").click()
        saved(second)
        self.assertTrue(self.line_of(LINES, "電信写甲丙") and self.line_of(LINES, "乙"))

    def test_a_page_is_reviewed_with_the_keys_alone(self):
        page = self.person()
        keys = page.keyboard
        page.mouse.click(0, 0)
        keys.press("ArrowDown")
        keys.press("Enter")
        page.wait_for_selector(f'h1[title="{COLUMNS}"]')
        page.wait_for_selector(".cell")
        count = page.locator(".mark.redaction").count()
        keys.press("n")
        chosen = page.locator(".cell[aria-pressed=true]")
        other = page.locator(".alternative b").first.inner_text() if page.locator(".alternative").count() else None
        if other:
            keys.press("1")
            page.wait_for_function("t => document.querySelector('.cell[aria-pressed=true]')?.textContent === t", arg=other)
        else:
            self.assertEqual(chosen.count(), 1)
        saved(page)
        keys.press("j")
        keys.press("e")
        self.assertEqual(page.evaluate("document.activeElement.className"), "line-text")
        keys.press("End")
        keys.insert_text("鍵")
        keys.press("Enter")
        self.assertEqual(page.evaluate("document.activeElement.className"), "line-text", "one types on, line by line")
        keys.press("Escape")
        saved(page)
        self.assertIsNotNone(self.line_of(COLUMNS, "鍵"))
        keys.press("x")
        for key in ("ArrowDown", "Shift+ArrowDown", "Enter"):
            keys.press(key)
        page.wait_for_function("n => document.querySelectorAll('.mark.redaction').length === n + 1", arg=count)
        keys.press("Delete")
        page.wait_for_function("n => document.querySelectorAll('.mark.redaction').length === n", arg=count)
        keys.press("k")
        order = [r["id"] for r in self.results.review(COLUMNS)["regions"] if r["kind"] == "text"]
        keys.press("Alt+Shift+ArrowUp")
        keys.press("d")
        saved(page)
        page.wait_for_function("() => document.querySelector('button.done').getAttribute('aria-pressed') === 'true'")
        review = self.results.review(COLUMNS)
        self.assertTrue(review["done"])
        self.assertNotEqual([r["id"] for r in review["regions"] if r["kind"] == "text"], order)
        keys.press("?")
        page.wait_for_selector("dialog.help")
        keys.press("Escape")
        keys.press("g")
        page.wait_for_selector(".badge.done")

    def test_regions_are_moved_turned_named_and_taken_away(self):
        page = self.person(locale="en-GB")
        open_page(page, LINES)
        stamps = page.locator(".mark.stamp").count()
        self.draw(page, "stamp", [(0.1, 0.75), (0.3, 0.9)])
        page.wait_for_function("n => document.querySelectorAll('.mark.stamp').length > n", arg=stamps)
        page.locator(".line-text").fill("極秘")
        page.get_by_label("Shape").select_option("circle")
        saved(page)
        stamp = [r for r in self.results.review(LINES)["regions"] if r["kind"] == "stamp"][-1]
        self.assertEqual((stamp["shape"], stamp["lines"][0]["text"]), ("circle", "極秘"))
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Move box").click()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_timeout(50)
        saved(page)
        moved = next(r for r in self.results.review(LINES)["regions"] if r["id"] == stamp["id"])
        self.assertGreater(moved["bbox"][0], stamp["bbox"][0])
        page.get_by_role("button", name="Delete").click()
        page.wait_for_function("n => document.querySelectorAll('.mark.stamp').length === n", arg=stamps)
        choose_line(page, COLUMN_TEXT)
        page.get_by_label("Role").select_option("closing")
        page.get_by_label("Direction").select_option("vertical-rl")
        page.wait_for_selector(".line-editor.vertical")
        saved(page)
        regions = self.results.review(LINES)["regions"]
        region = next(r for r in regions if any(COLUMN_TEXT in line["text"] for line in r["lines"]))
        self.assertEqual((region["role"], region["writing_mode"]), ("closing", "vertical-rl"))
        self.assertNotIn(stamp["id"], [r["id"] for r in regions])

    def test_what_an_input_method_composes_is_taken_over_when_it_is_done(self):
        page = self.person()
        open_page(page, LINES)
        choose_line(page, "電信写")
        page.locator(".line-text").focus()
        page.keyboard.press("End")
        input_method = page.context.new_cdp_session(page)
        input_method.send("Input.imeSetComposition", {"text": "でんぽう", "selectionStart": 4, "selectionEnd": 4})
        page.wait_for_timeout(1200)
        self.assertEqual(page.locator(".text .row", has_text="でんぽう").count(), 0, "half a word is not saved")
        self.assertIn("でんぽう", page.locator(".line-text").input_value(), "and not taken away")
        input_method.send("Input.insertText", {"text": "電報"})
        page.wait_for_selector(".text .row:has-text('電信写電報')")
        saved(page)
        self.assertIsNotNone(self.line_of(LINES, "電信写電報"))

    def test_two_persons_work_is_brought_together_place_by_place(self):
        page = self.person()
        merged = page.evaluate("""async () => {
            const { conflicts, merge } = await import("/assets/merge.js");
            const line = (id, text) => ({ id, text, bbox: [0, 0, 9, 9] });
            const region = (id, role, ...lines) => ({ id, kind: "text", role, bbox: [0, 0, 9, 9], confidence: 1, lines });
            const base = [region("r1", "body", line("a", "一"), line("b", "二")), region("r2", "to", line("c", "三")), region("r3", "from", line("d", "四"))];
            // I: mend a, delete b, name r2 anew, add e. They: mend c, delete r3, mend b, which I deleted.
            const mine = [region("r1", "body", line("a", "壱"), line("e", "五")), region("r2", "subject", line("c", "三")), region("r3", "from", line("d", "四"))];
            const theirs = [region("r1", "body", line("a", "一"), line("b", "弐")), region("r2", "to", line("c", "参"))];
            const both = conflicts(base, mine, theirs);
            const flat = (regions) => regions.map((r) => [r.id, r.role, r.lines.map((l) => l.text).join("")]);
            return { both: both.map((c) => [c.kind, c.id]), theirs: flat(merge(base, mine, theirs, () => "theirs")), mine: flat(merge(base, mine, theirs, () => "mine")) };
        }""")
        self.assertEqual(merged["both"], [["lines", "b"]])
        self.assertEqual(merged["theirs"], [["r1", "body", "壱弐五"], ["r2", "subject", "参"]])
        self.assertEqual(merged["mine"], [["r1", "body", "壱五"], ["r2", "subject", "参"]])

    def test_the_language_is_the_browsers_until_it_is_switched(self):
        page = self.person(locale="en-GB")
        self.assertEqual(page.locator("html").get_attribute("lang"), "en")
        page.get_by_role("button", name="日本語").click()
        page.wait_for_selector("text=すべて")
        page.reload()
        page.wait_for_selector("text=すべて")
        self.assertEqual(self.person(locale="ja-JP").locator("html").get_attribute("lang"), "ja")

    def test_five_hundred_pages_need_no_more_rows_than_the_screen_shows(self):
        results = Results(self.records.name, copies=500)
        self.addCleanup(results.close)
        page = self.browser.person(results)
        self.addCleanup(page.context.close)
        page.wait_for_function("() => document.querySelector('.filters b')?.textContent === '502'")
        began = time.monotonic()
        page.keyboard.press("End")
        page.wait_for_selector(f".rows .chosen a:text-is('{COLUMNS}')")
        print(f"to the end of 502 pages: {(time.monotonic() - began) * 1000:.0f} ms", flush=True)
        self.assertLess(page.locator(".rows .row").count(), 60)
        began = time.monotonic()
        page.get_by_role("searchbox").fill("ＣＯＰＹ-00300")
        page.wait_for_selector("a:text-is('copy-00300')")
        page.wait_for_function("() => document.querySelectorAll('.rows .row').length === 1")
        print(f"to one of 502 pages by its name: {(time.monotonic() - began) * 1000:.0f} ms", flush=True)
        self.assertEqual(page.complaints, [])

    def test_nobody_is_kept_out_by_what_they_see_or_use(self):
        page = self.person()
        self.no_serious_violation(page, "list")
        for name in (COLUMNS, LINES):
            open_page(page, name)
            choose_line(page, COLUMN_TEXT)
            saved(page)
            self.no_serious_violation(page, name)
            page.keyboard.press("Shift+M")
            self.no_serious_violation(page, f"{name}, a mark")
            page.keyboard.press("?")
            self.no_serious_violation(page, "keys")
            page.keyboard.press("Escape")
            page.keyboard.press("g")
            page.wait_for_selector(".rows a")

    def no_serious_violation(self, page, where):
        found = Axe().run(page).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        shown = [(v["id"], v["help"], [n["html"][:160] for n in v["nodes"][:3]]) for v in serious]
        self.assertEqual(shown, [], where)

    @unittest.skipUnless(os.environ.get("PICTURE"), "PICTURE names no file for the picture of docs/review.md")
    def test_the_picture_for_the_documentation_is_taken(self):
        page = self.person(locale="ja-JP")
        open_page(page, COLUMNS)
        choose_line(page, "往電第")
        page.keyboard.press("n")
        page.wait_for_timeout(1500)
        page.screenshot(path=os.environ["PICTURE"], type="jpeg", quality=88)


if __name__ == "__main__":
    unittest.main(verbosity=2)
