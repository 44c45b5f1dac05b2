"""The unit atlas in a real browser, from the disk and from a server: python3 atlas_test.py BINARY

Makes images, records them with generated weights, makes the atlas, and uses it as a person would. Screenshots are left
in $SCREENSHOTS.
"""
import functools
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import axe_playwright_python

import images
from devtools import Browser

BINARY = str(pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ".build/release/activation-dump").resolve())
AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
SCREENSHOTS = os.environ.get("SCREENSHOTS")
COUNT = 60
# A layer of 2,048 units, one with a unit of each flag, and a small one.
LAYERS = "conv1,layer1.0.conv1,layer4.2.conv3"
LARGE, SMALL, MEASURED = "layer4.2.conv3", "conv1", "layer1.0.conv1"


def program(*arguments):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]} ended with {done.returncode}: {done.stderr}")
    return done.stdout


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class AtlasTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="atlas-test-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        folder = pathlib.Path(cls.folder)
        images.generate(folder / "images", COUNT)
        program("dump", "--model", "resnet50", "--weights", "seeded:1", "--images", folder / "images", "--layers", LAYERS,
                "--output", folder / "dump")
        # One image is gone when the atlas is made.
        (folder / "images" / "rings" / "0014.png").unlink()
        program("report", folder / "dump", "--output", folder / "atlas")
        # The same layer where dead units are known.
        program("dump", "--model", "resnet50", "--weights", "seeded:1", "--images", folder / "images", "--layers", MEASURED,
                "--baselines", "--on-error", "skip", "--output", folder / "measured")
        program("report", folder / "measured", "--output", folder / "atlas" / "measured")
        cls.disk = (folder / "atlas").as_uri()
        handler = functools.partial(Quiet, directory=str(folder / "atlas"))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.server = f"http://127.0.0.1:{server.server_port}"
        cls.browser = Browser(shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"))
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.requests.clear()
        self.browser.problems.clear()

    def tearDown(self):
        """Whatever a test did: nothing was complained of, nothing outside the atlas was asked for."""
        self.browser.run("new Promise((done) => setTimeout(done, 50))")
        self.assertEqual(self.browser.problems, [])
        outside = [url for url in self.browser.requests
                   if not url.startswith((self.disk + "/", self.server + "/", "data:,", "about:blank"))]
        self.assertEqual(outside, [])
        self.assertNotEqual(self.browser.requests, [])

    # --- Helpers ------------------------------------------------------------------------------------------------------
    def page(self, layer=SMALL, query="", base=None, **window):
        self.browser.open(f"{base or self.disk}/layers/{layer}.html{query}", **window)
        self.browser.until("document.querySelector('.unit .viewer img, .unit .viewer .void, #nothing:not([hidden])') !== null")

    def channels(self):
        """The units on the page, in order."""
        return self.browser.run("[...document.querySelectorAll('#feed .unit')].map((unit) => unit.card.channel)")

    def status(self):
        return self.browser.run("document.getElementById('status').textContent")

    def focus(self):
        """The unit that has the focus, or what else does."""
        return self.browser.run(
            "document.activeElement.card?.channel ?? (document.activeElement.id || document.activeElement.className)")

    def numbers(self, name):
        """One number for each unit, as the page's data have it."""
        return self.browser.run(f"[...document.querySelectorAll('#feed .unit')].map(({{ card }}) => {name})")

    def caption(self, channel):
        return self.browser.run(f"document.querySelector('#unit-{channel} figcaption').innerText")

    def picture(self, name):
        if SCREENSHOTS:
            self.browser.run("""Promise.all([...document.images].filter((image) => {
                const box = image.getBoundingClientRect();
                return box.top < innerHeight && box.bottom > 0 && !image.complete;
            }).map((image) => new Promise((done) => { image.onload = image.onerror = done; })))""")
            pathlib.Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            self.browser.screenshot(f"{SCREENSHOTS}/{name}.png")

    def assert_accessible(self):
        self.browser.run(AXE + ";0")
        found = self.browser.run("""axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
            preload: false,
        }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`))""")
        self.assertEqual(found, [])

    # --- The layer's page ---------------------------------------------------------------------------------------------
    def test_every_unit_and_its_images_from_disk_and_server(self):
        for base in (self.disk, self.server):
            self.page(base=base)
            self.assertEqual(self.channels(), list(range(64)))
            self.assertEqual(self.status(), "64 units")
            shots = self.browser.run("[...document.querySelectorAll('#unit-0 .shot')].map((shot) => shot.innerText)")
            self.assertEqual(len(shots), 18)
            self.browser.until("""[...document.querySelectorAll('#unit-0 .shot img')].every(
                (image) => image.complete && image.naturalWidth === 96)""")
            texts = self.browser.run("[...document.querySelectorAll('#unit-0 .shot img')].map((image) => image.alt)")
            self.assertTrue(all(", activation " in text for text in texts), texts)

    def test_search(self):
        self.page()
        self.browser.press("/")
        self.assertEqual(self.focus(), "query")
        self.browser.write("3, 10-12 conv1__60")
        self.browser.until("document.querySelectorAll('#feed .unit').length === 5")
        self.assertEqual(self.channels(), [3, 10, 11, 12, 60])
        self.assertEqual(self.status(), "5 of 64 units")
        self.browser.press("Enter")
        self.assertEqual(self.focus(), 3)
        # Words: what the nine most activating images are called.
        self.page(query="?query=rings%2F0")
        expected = [channel for channel, texts in enumerate(self.all_texts()) if any("rings/0" in text for text in texts)]
        self.assertEqual(self.channels(), expected)
        self.assertTrue(0 < len(expected) < 64, expected)
        self.page(query="?query=nothing-is-called-so")
        self.assertEqual(self.channels(), [])
        self.browser.click("#clear")
        self.assertEqual(self.channels(), list(range(64)))

    def all_texts(self):
        """The paths of the most activating images of every unit, read from the data and not from the search."""
        return self.browser.run("""(() => {
            const layer = document.querySelector('.unit')?.card.layer;
            return Array.from({ length: layer.units }, (_, unit) => layer.extremes('high', unit)
                .map(({ image }) => layer.paths[image]));
        })()""")

    def test_sort_and_order(self):
        self.page()
        expressions = {"maximum": "card.layer.maximum[card.unit]", "minimum": "card.layer.minimum[card.unit]",
                       "mean": "card.layer.mean[card.unit]", "sparsity": "card.layer.nonPositive[card.unit]",
                       "range": "card.layer.maximum[card.unit] - card.layer.minimum[card.unit]"}
        for name, expression in expressions.items():
            self.browser.run(f"""(() => {{ const sort = document.getElementById('sort'); sort.value = '{name}';
                sort.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()""")
            values = self.numbers(expression)
            self.assertEqual(values, sorted(values, reverse=True), name)
            self.assertGreater(len(set(values)), 1, name)
            self.browser.click("#order")
            values = self.numbers(expression)
            self.assertEqual(values, sorted(values), name)
        self.assertIn("sort=range", self.browser.run("location.search"))

    def test_filters(self):
        self.page(MEASURED)
        total = len(self.channels())
        found = {}
        for name in ("never-positive", "sparse", "constant"):
            self.page(MEASURED, query=f"?filter={name}")
            found[name] = self.numbers("card.layer.nonPositive[card.unit] / card.layer.count")
        self.assertTrue(all(share == 1 for share in found["never-positive"]))
        self.assertTrue(all(share >= 0.9 for share in found["sparse"]))
        self.assertGreater(len(found["never-positive"]), 0)
        # Whether these are dead is not known: nothing calls them so, and the page says what would tell.
        self.page(MEASURED, query="?filter=dead")
        self.assertEqual(len(self.channels()), total)
        self.assertEqual(self.browser.run("document.querySelectorAll('#filter [value=dead], #filter [value=alive]').length"), 0)
        self.assertIn("--baselines", self.browser.run("document.querySelector('.masthead').innerText"))
        self.page(MEASURED, query="?filter=never-positive")
        self.assertEqual(self.flags()[0], ["never positive on average"])

    def flags(self):
        """The badges of the first units on the page."""
        return self.browser.run("""[...document.querySelectorAll('#feed .unit')].slice(0, 2)
            .map((unit) => [...unit.querySelectorAll('.flag')].map((flag) => flag.innerText))""")

    def test_dead_units_where_they_are_known(self):
        base = self.disk + "/measured"
        self.page(MEASURED, base=base)
        total = len(self.channels())
        self.assertNotIn("--baselines", self.browser.run("document.querySelector('.masthead').innerText"))
        found = {}
        for name in ("dead", "alive", "never-positive"):
            self.page(MEASURED, query=f"?filter={name}", base=base)
            found[name] = self.channels()
        self.assertEqual(sorted(found["dead"] + found["alive"]), list(range(total)))
        self.assertTrue(set(found["dead"]) < set(found["never-positive"]))
        self.page(MEASURED, query="?filter=never-positive", base=base)
        self.assertEqual(self.flags()[0], ["dead" if found["never-positive"][0] in found["dead"] else "never positive on average"])

    def test_slider(self):
        self.page()
        self.assertTrue(self.caption(0).startswith("Median"))
        self.browser.run("document.querySelector('#unit-0 input').focus()")
        self.browser.press("End")
        self.assertTrue(self.caption(0).startswith("Highest"), self.caption(0))
        best = self.browser.run("document.querySelector('#unit-0 .high .shot img').src")
        self.assertEqual(self.browser.run("document.querySelector('#unit-0 .viewer img').src"), best)
        self.assertIn("rank 1 of 60", self.caption(0))
        self.browser.press("ArrowLeft")
        self.assertTrue(self.caption(0).startswith("99th percentile"))
        spoken = self.browser.run("document.querySelector('#unit-0 input').getAttribute('aria-valuetext')")
        self.assertRegex(spoken, r"^99th percentile, activation −?[0-9.e−]+, .*\.png")
        self.browser.press("Home")
        self.assertTrue(self.caption(0).startswith("Lowest"))
        # The values rise with the percentiles, in every unit.
        self.assertTrue(self.browser.run("""document.querySelector('.unit').card.layer.stopValues.every(
            (value, i, all) => i % 23 === 0 || value >= all[i - 1])"""))

    def test_images_are_inspected_with_mouse_and_keys(self):
        self.page()
        self.browser.hover("#unit-0 .high .shot:nth-child(3)")
        self.browser.until("document.querySelector('#unit-0 figcaption').innerText.startsWith('3rd most activating')")
        self.browser.run("document.querySelector('#unit-0 .low .shot').focus()")
        self.assertTrue(self.caption(0).startswith("least activating"))
        self.browser.press("ArrowRight", "ArrowDown")
        self.assertTrue(self.caption(0).startswith("5th least activating"), self.caption(0))
        self.browser.press("End", "ArrowRight", "ArrowUp", "ArrowLeft")
        self.assertTrue(self.caption(0).startswith("5th least activating"), self.caption(0))
        self.browser.press("Escape")
        self.assertEqual(self.focus(), 0)
        self.assertTrue(self.caption(0).startswith("Median"))

    def test_keys_between_units(self):
        self.page()
        self.browser.press("ArrowDown")
        self.assertEqual(self.focus(), 0)
        self.browser.press("ArrowDown", "j", "j")
        self.assertEqual(self.focus(), 3)
        self.assertEqual(self.browser.run("location.hash"), "#3")
        self.browser.press("k", "ArrowUp")
        self.assertEqual(self.focus(), 1)
        self.browser.press("End")
        self.assertEqual(self.focus(), 63)
        self.browser.until("document.querySelector('#unit-63 .viewer') !== null")
        self.browser.press("End", "ArrowDown")
        self.assertEqual(self.focus(), 63)
        self.browser.press("Home")
        self.assertEqual(self.focus(), 0)
        # Tab goes into the unit: its link, the least, the slider, the most.
        seen = []
        for _ in range(4):
            self.browser.press("Tab")
            seen.append(self.browser.run("document.activeElement.closest('.low, .high')?.className || document.activeElement.type || document.activeElement.hash"))
        self.assertEqual(seen, ["#0", "low", "range", "high"])
        self.browser.press("?")
        self.assertTrue(self.browser.run("document.getElementById('keys').open"))
        self.browser.press("Escape")
        self.assertFalse(self.browser.run("document.getElementById('keys').open"))
        self.browser.press("]")
        self.browser.until("location.pathname.endsWith('/layer1.0.conv1.html')")
        self.browser.until("document.readyState === 'complete'")
        self.browser.press("[")
        self.browser.until("location.pathname.endsWith('/conv1.html')")

    # --- Permalinks ---------------------------------------------------------------------------------------------------
    def test_permalinks(self):
        for base in (self.disk, self.server):
            for name in (f"{LARGE}__1459", "layer4_2_conv3__1459"):
                self.browser.open(f"{base}/index.html#{name}")
                self.browser.until(f"location.pathname.endsWith('/layers/{LARGE}.html') && location.hash === '#1459'")
                self.browser.until("document.activeElement.card?.channel === 1459")
                top = self.browser.run("document.getElementById('unit-1459').getBoundingClientRect().top")
                self.assertTrue(0 <= top < 200, top)
        # A unit the filter hides is shown all the same.
        self.page(query="?query=1#17")
        self.assertEqual(self.focus(), 17)
        self.assertEqual(self.status(), "64 units")
        self.page(query="#99")
        self.assertIn("no unit 99", self.status())
        self.browser.open(f"{self.disk}/index.html#conv9__1")
        self.assertIn("no unit or layer conv9__1", self.status())

    def test_state_is_in_the_address(self):
        self.page(query="?sort=mean&descending&query=0-9&compact")
        values = self.numbers("card.layer.mean[card.unit]")
        self.assertEqual(len(values), 10)
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertTrue(self.browser.run("document.body.classList.contains('compact')"))
        self.page(query="?sort=nonsense&filter=%3Cscript%3E")
        self.assertEqual(self.channels(), list(range(64)))

    # --- The index ----------------------------------------------------------------------------------------------------
    def test_index(self):
        self.browser.open(f"{self.disk}/index.html")
        visible = "[...document.querySelectorAll('tr[data-layer]')].filter((row) => !row.hidden).map((row) => row.dataset.layer)"
        self.assertEqual(self.browser.run(visible), ["conv1", "layer1.0.conv1", LARGE])
        self.browser.press("/")
        self.browser.write("layer4_2")
        self.assertEqual(self.browser.run(visible), [LARGE])
        self.assertEqual(self.status(), "1 of 3 layers")
        self.browser.write("_conv3__7")
        self.browser.press("Enter")
        self.browser.until(f"location.href.endsWith('/layers/{LARGE}.html#7')")
        self.browser.until("document.activeElement.card?.channel === 7")

    # --- Hostile names, missing images --------------------------------------------------------------------------------
    def test_names_are_text(self):
        self.page(LARGE)
        paths = self.browser.run("document.querySelector('.unit').card.layer.paths")
        for name in images.HOSTILE:
            self.assertTrue(any(path.endswith("/" + name) for path in paths), name)
        self.assertEqual(self.browser.run("document.querySelectorAll('main script, main b, img[onerror]').length"), 0)
        # Each is shown as it is, by whichever unit shows it.
        unit, kind, place = self.browser.run("""(() => {
            const layer = document.querySelector('.unit').card.layer;
            for (let unit = 0; unit < layer.units; unit++)
                for (const kind of ['high', 'low']) {
                    const place = layer.extremes(kind, unit).findIndex(({ image }) => layer.paths[image].includes('<script>'));
                    if (place >= 0) return [layer.channels[unit], kind, place];
                }
        })()""")
        self.page(LARGE, query=f"#{unit}")
        self.browser.run(f"document.querySelectorAll('#unit-{unit} .{kind} .shot')[{place}].focus()")
        self.assertIn("<script>alert(1)</script>.png", self.caption(unit))

    def test_missing_image_has_a_pattern_in_its_place(self):
        self.page(LARGE)
        unit = self.browser.run("""(() => {
            const layer = document.querySelector('.unit').card.layer;
            const gone = layer.paths.findIndex((path) => path.endsWith('0014.png'));
            return layer.channels[Math.floor(layer.high.indexOf(gone) / 9)];
        })()""")
        self.page(LARGE, query=f"#{unit}")
        self.assertEqual(self.browser.run(f"document.querySelectorAll('#unit-{unit} .high .void').length"), 1)
        label = self.browser.run(f"document.querySelector('#unit-{unit} .high .void').getAttribute('aria-label')")
        self.assertRegex(label, r"rings/0014\.png, .*the image was not found$")

    # --- Everybody ----------------------------------------------------------------------------------------------------
    def test_accessibility_in_light_and_dark_at_two_widths(self):
        for dark in (False, True):
            theme = "dark" if dark else "light"
            for width in (1280, 400):
                self.browser.open(f"{self.disk}/index.html", width=width, dark=dark)
                self.assert_accessible()
                self.picture(f"index-{theme}-{width}")
                self.page(query="#5", width=width, dark=dark)
                self.assert_accessible()
                self.picture(f"layer-{theme}-{width}")
                self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth - innerWidth"), 0)
            lightness = self.browser.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
            self.assertEqual(lightness < 64, dark)
        self.page(query="?compact")
        self.assert_accessible()
        self.picture("layer-compact")

    def test_large_layer_draws_what_is_seen(self):
        self.page(LARGE)
        self.assertEqual(self.browser.run("document.querySelectorAll('#feed .unit').length"), 2048)
        self.assertLess(self.browser.run("document.querySelectorAll('#feed .viewer').length"), 40)
        self.browser.press("End")
        self.browser.until("document.querySelector('#unit-2047 .viewer') !== null")
        # Units that left the window are taken away again.
        self.browser.until("document.querySelector('#unit-0 .viewer') === null")
        self.assertLess(self.browser.run("document.querySelectorAll('#feed .viewer').length"), 40)
        loaded = [url for url in self.browser.requests if url.endswith(".jpg")]
        self.assertEqual(len(loaded), len(set(loaded)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
