"""What the browser tests stand on: the program, serving results that it read from two samples."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
DENSHIN = os.environ.get("DENSHIN", str(ROOT / "target/debug/denshin"))
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
COLUMNS, LINES = "no5517-vertical-light", "no5517-horizontal-light"


def read_samples(folder):
    """The records of a page of columns and of one of lines."""
    scans = [str(ROOT / "samples" / f"{name}.jpg") for name in (COLUMNS, LINES)]
    subprocess.run([DENSHIN, "read", *scans, "-o", folder, "--format", "json", "--quiet"], check=True)


class Results:
    """A folder of results of its own, and the program that serves it."""

    def __init__(self, records, copies=0):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="denshin-review-"))
        for record in pathlib.Path(records).glob("*.json"):
            shutil.copy(record, self.folder)
        if copies:
            page = (self.folder / f"{LINES}.json").read_bytes()
            for i in range(copies):
                (self.folder / f"copy-{i:05}.json").write_bytes(page)
        self.server = subprocess.Popen(
            [DENSHIN, "review", str(self.folder), "--port", "0", "--name", "高橋", "--scans", str(ROOT / "samples"),
             "--references", str(ROOT / "samples")], stderr=subprocess.PIPE, text=True)
        said = self.server.stderr.readline()
        self.url = re.search(r"http://\S+", said).group(0)

    def close(self):
        self.server.terminate()
        self.server.wait()
        self.server.stderr.close()
        shutil.rmtree(self.folder)

    def review(self, name):
        return json.loads((self.folder / f"{name}.review.json").read_text(encoding="utf-8"))

    def sha256(self, name):
        return hashlib.sha256((self.folder / f"{name}.json").read_bytes()).hexdigest()


class Browser:
    """Headless Chromium, the system's: Playwright's own would have to be fetched."""

    def __init__(self):
        self.playwright = sync_playwright().start()
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        self.chromium = self.playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)

    def close(self):
        self.chromium.close()
        self.playwright.stop()

    def person(self, results, locale="ja-JP", name=None):
        """A browser of somebody's own, on the list. Whatever the page complains of, or asks of others, is remembered."""
        context = self.chromium.new_context(locale=locale, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(15000)
        if name:
            context.add_init_script(f"localStorage.setItem('denshin.name', {json.dumps(name)})")
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" and "409" not in m.text else None)
        page.on("pageerror", lambda e: page.complaints.append(str(e)))
        page.on("request", lambda r: page.complaints.append(f"asked {r.url}") if not r.url.startswith(results.url) else None)
        page.goto(results.url)
        page.wait_for_selector(".rows a")
        return page


def open_page(page, name):
    """Opens a page of the list with the mouse."""
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_selector(f'h1[title="{name}"]')
    page.wait_for_selector(".cell")


def saved(page):
    """Waits until all is saved."""
    page.wait_for_selector(".status.saved")


def choose_line(page, text):
    """Clicks a line of the text."""
    page.locator(".text .row", has_text=text).first.click()
