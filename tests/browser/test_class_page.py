"""The page of ``grade-log --format html``: one file, without a server, from hostile logs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from ringscope.cli import main

from .test_access import serious

Show = Callable[..., Page]
CREATE = " 1.0.0.0:0 [100] CREATE OPERATION KEY: {} VALUE: v at time: 100\n"
HOSTILE = "<img/src=x/onerror=document.title='broken'>"


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Grade a small class and open its page; whatever the page complains about fails the test."""
    for student, key in (("ann", HOSTILE), ("bob", "k")):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "create.log").write_text(CREATE.format(key))
    (tmp_path / "class" / "eve").mkdir()
    (tmp_path / "class" / "eve" / "read.log").write_text("131\n")
    out = tmp_path / "class.html"
    arguments = ["grade-log", str(tmp_path / "class"), "--rubric", "both"]
    assert (
        CliRunner().invoke(main, [*arguments, "--format", "html", "--out", str(out)]).exit_code == 1
    )
    context = browser.new_context(viewport={"width": 360, "height": 800})
    complaints: list[str] = []

    def show(theme: str = "light") -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(out.as_uri())
        return page

    yield show
    context.close()
    assert complaints == []


def rows(page: Page) -> list[str]:
    names = page.locator("#sets tbody tr:visible td:first-child").all_inner_texts()
    return [name.rpartition("/")[2] for name in names]


def test_columns_sort_and_rows_filter(show: Show) -> None:
    page = show()
    assert rows(page) == ["ann", "bob", "eve"]
    points = page.get_by_role("columnheader", name="official")
    points.get_by_role("button").click()
    assert rows(page) == ["ann", "bob", "eve"]
    points.get_by_role("button").click()
    assert rows(page) == ["eve", "ann", "bob"]
    expect(points).to_have_attribute("aria-sort", "descending")
    page.get_by_label("Filter submissions").fill("bob")
    assert rows(page) == ["bob"]


def test_a_row_leads_to_its_lost_points(show: Show) -> None:
    page = show()
    page.get_by_role("link", name="class/ann").click()
    check = page.locator("#s0 details").filter(has_text="Create three replicas").first
    check.locator("summary").click()
    expect(check.get_by_text("Likely causes")).to_be_visible()
    expect(check.get_by_label("Lines of the log")).to_contain_text(HOSTILE)
    assert page.title() == "Grades"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it_on_a_phone(theme: str, show: Show) -> None:
    page = show(theme)
    page.get_by_role("link", name="class/ann").click()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert serious(page) == []
