"""Everybody can use the page: by keyboard, with a screen reader, on a phone, in both themes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

OpenPage = Callable[..., Page]
RunAt = Callable[..., str]

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
AUDIT = """async ([where, runOnly]) => {
    const options = { resultTypes: ["violations"], preload: false };
    const found = await axe.run(where, runOnly ? { ...options, runOnly } : options);
    return found.violations
        .filter(v => v.impact === "serious" || v.impact === "critical")
        .map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join(" | "));
}"""
TROUBLED = "MAX_NNB: 10\nCRUD_TEST: READ\nSEED: 7\nKEYS: 12\nAT 180 DROP 0.2 UNTIL 300\n"


def serious(page: Page, where: str = "html") -> list[str]:
    """What axe finds serious or critical in a part of the page as it is now.

    The themes differ in their colours only, so in the dark one only contrast is looked at.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    return list(page.evaluate(AUDIT, [where, ["color-contrast"] if dark else None]))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: OpenPage, run_at: RunAt, theme: str) -> None:
    run = run_at(240, TROUBLED, "troubled")
    page = open_page("/", color_scheme=theme)
    expect(page.get_by_role("button", name=re.compile("^read "))).to_be_visible()
    assert serious(page) == []

    page = open_page(f"{run}?tick=191&peer=4", color_scheme=theme)
    expect(page.locator("[data-peer]")).to_have_count(10)
    page.locator("[data-check]").first.click()
    assert serious(page) == []
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("region", name="Ring as tables")).to_be_visible()
    assert serious(page, "#view") == []
    page.get_by_role("tab", name="Members").click()
    assert serious(page, "#view") == []
    page.get_by_role("button", name="Table").click()
    assert serious(page, "#view") == []
    page.get_by_role("tab", name="Counts").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert serious(page, "#view") == []
    page.get_by_role("tab", name="Ring").click()
    page.locator('[data-peer="2"]').click()
    expect(page.get_by_role("dialog", name="Peer 2")).to_be_visible()
    assert serious(page, "#view [role=dialog]") == []
    page.get_by_role("button", name=re.compile("^Help")).click()
    expect(page.get_by_role("dialog", name="Keys and words")).to_be_visible()
    assert serious(page, "dialog") == []


@pytest.mark.parametrize("where", ["/", "ring", "members", "counts"])
def test_a_phone_shows_all_without_scrolling_sideways(
    open_page: OpenPage, run_at: RunAt, where: str
) -> None:
    address = where if where == "/" else run_at(150) + "?tick=120&tab={where}"
    page = open_page(address, viewport={"width": 360, "height": 740})
    expect(page.get_by_text("Recent runs" if where == "/" else "Official rubric")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if where != "/":
        box = page.get_by_role("region", name="Timeline").bounding_box()
        assert box is not None
        assert round(box["y"] + box["height"]) == 740


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Press Tab until the element has the focus, as a person without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{wanted} cannot be reached by the Tab key")


def test_the_main_job_needs_no_mouse(open_page: OpenPage) -> None:
    page = open_page("/")
    card = page.get_by_role("button", name=re.compile("^read "))
    expect(card).to_be_visible()
    tab_to(page, card)
    page.keyboard.press("Enter")
    expect(page.locator("[data-peer]")).to_have_count(10)
    cursor = page.locator("[data-tick]")

    page.wait_for_function("() => +document.querySelector('[data-tick]').dataset.tick > 8")
    page.keyboard.press("Space")
    expect(page.get_by_text("paused", exact=True)).to_be_visible()

    tab_to(page, page.locator('[data-peer][tabindex="0"]'))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    menu = page.get_by_role("dialog")
    expect(menu.get_by_role("button", name="Fail")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"AT \d+ FAIL \d+"))
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(page.locator("[data-peer]:focus")).to_have_count(1)

    page.keyboard.press("Shift+Tab")
    page.locator("body").press("End")
    live = int(cursor.get_attribute("data-tick") or 0)
    page.locator("body").press("ArrowRight")
    expect(cursor).to_have_attribute("data-tick", str(live + 1))
    page.locator("body").press("Home")
    expect(cursor).to_have_attribute("data-tick", "0")
    expect(page.get_by_text("Looking at tick")).to_be_visible()
    page.locator("body").press("n")
    expect(cursor).not_to_have_attribute("data-tick", "0")
    page.locator("body").press("?")
    expect(page.get_by_role("dialog", name="Keys and words")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("body").press("End")
    expect(cursor).to_have_attribute("data-tick", str(live + 1))


def test_the_theme_can_be_chosen_and_stays(open_page: OpenPage) -> None:
    page = open_page("/", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    for name in ("system", "light"):
        page.get_by_role("button", name=f"Theme: {name}. Change it").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    expect(page.get_by_role("button", name="Theme: dark. Change it")).to_be_visible()
    assert page.evaluate(ground) == dark
