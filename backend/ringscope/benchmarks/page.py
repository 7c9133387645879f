"""The page in a real browser: how many pictures of a large group it draws in a second."""

from typing import Any

from ringscope.benchmarks.chromium import NoBrowserError, browsing
from ringscope.benchmarks.server import ServerFailedError, post, serving
from ringscope.benchmarks.suite import Bench
from ringscope.server.pages import STATIC

VIEWS = (("ring", "Ring"), ("matrix", "Members"))
SPEED = 25  # ticks per second, as many as the server draws
_SETTLE = 1_500  # milliseconds
#: Counts the browser's own frames, and the different ticks shown in them.
_COUNT = """milliseconds => new Promise(done => {
  const began = performance.now(), ticks = new Set();
  let frames = 0;
  const look = () => {
    frames += 1;
    ticks.add(document.querySelector('[data-tick]').dataset.tick);
    const passed = performance.now() - began;
    if (passed < milliseconds) requestAnimationFrame(look);
    else done([frames / passed * 1000, ticks.size / passed * 1000]);
  };
  requestAnimationFrame(look);
})"""


def measure(bench: Bench) -> None:
    """Count drawn frames on the ring and in the matrix."""
    if not (STATIC / "index.html").is_file():
        bench.miss("page", "the page has not been built; make setup builds it")
        return
    try:
        with browsing() as browser, serving(bench.folder("page")) as address:
            _draw(bench, browser, address)
    except (NoBrowserError, ServerFailedError) as error:
        bench.miss("page", str(error))
    except Exception as error:  # Playwright's errors come from a module that may not be there
        if not type(error).__module__.startswith("playwright"):
            raise
        bench.miss("page", str(error).splitlines()[0])


def _draw(bench: Bench, browser: Any, address: str) -> None:
    peers = bench.scale.page_peers
    text = f"MAX_NNB: {peers}\nSTARTS_PER_TICK: {peers}\nCRUD_TEST: READ\nTICKS: 5000\n"
    run = post(address, "/runs", {"text": text, "name": "page", "speed": SPEED})["id"]
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/runs/{run}")
    page.wait_for_selector("[data-tick]")
    for name, tab in VIEWS:
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(_SETTLE)
        milliseconds = 1000 * bench.scale.seconds / 3
        samples = [page.evaluate(_COUNT, milliseconds) for _ in range(3)]
        where = f"{peers} peers"
        drawn, pictures = ([float(value) for value in both] for both in zip(*samples, strict=True))
        bench.add(f"page.{name}", "frame/s", drawn, f"drawn by the browser, {where}")
        note = f"different ticks shown, {where}, at {SPEED} ticks/s"
        bench.add(f"page.{name}.ticks", "tick/s", pictures, note)
