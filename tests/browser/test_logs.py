"""Logs that any program wrote: dropped on the page, graded, explained, and played again."""

import base64
import io
import re
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ringscope.grading.log_set import TESTS
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import load_scenario, shipped

from .test_access import serious, tab_to

OpenPage = Callable[..., Page]
RunAt = Callable[..., str]
#: Logs by the names of their files.
Logs = Mapping[str, str]

DROP = """files => {
    const transfer = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
    }
    for (const kind of ["dragover", "drop"])
        document.body.dispatchEvent(
            new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, files: Mapping[str, str | bytes]) -> None:
    """Drop files on the page."""
    content = {n: c.encode() if isinstance(c, str) else c for n, c in files.items()}
    page.evaluate(DROP, [[n, base64.b64encode(c).decode()] for n, c in content.items()])


def without(log: str, *words: str) -> str:
    """The log less the lines in which all the words stand."""
    kept = (line for line in log.split("\n") if not all(word in line for word in words))
    return "\n".join(kept)


def zipped(submissions: Mapping[str, Logs]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, logs in submissions.items():
            for file, text in logs.items():
                archive.writestr(f"class/{name}/{file}", text)
    return content.getvalue()


@pytest.fixture(scope="module")
def perfect() -> Logs:
    """The logs of our own runs of the second assignment's scenarios, which have full marks."""
    logs = {}
    for name in TESTS["mp2"]:
        log = DebugLog(store=True)
        run(load_scenario(shipped()[name]), observers=[log], trace=False)
        logs[f"{name}.log"] = log.text()
    return logs


@pytest.fixture(scope="module")
def student(perfect: Logs) -> Logs:
    """Logs of 74 points: the fourth read never fails, and nobody refuses unknown keys."""
    return {
        **perfect,
        "read.log": without(perfect["read.log"], "[235] coordinator: read fail"),
        "delete.log": without(perfect["delete.log"], "delete fail", "invalidKey"),
        "update.log": without(perfect["update.log"], "update fail", "invalidKey"),
    }


@pytest.fixture(scope="module")
def graded(address: str, perfect: Logs, student: Logs) -> str:
    """The address of a class of three that has been graded."""
    content = zipped({"ada": perfect, "bob": student, "eve": {"notes.log": "nothing"}})
    head = '--x\r\nContent-Disposition: form-data; name="log"; filename="class.zip"\r\n\r\n'
    request = urllib.request.Request(
        f"{address}/api/grade-log",
        head.encode() + content + b"\r\n--x--\r\n",
        {"Content-Type": "multipart/form-data; boundary=x"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.headers["Location"]).replace("/api/grade-log/", "/grade/")


def test_a_students_log_is_dropped_and_tells_within_two_clicks_why_points_were_lost(
    open_page: OpenPage, student: Logs
) -> None:
    page = open_page("/")
    drop(page, student)
    expect(page).to_have_url(re.compile(r"/grade/\w+"))
    expect(page.get_by_role("tab", name="Official")).to_contain_text("74/ 90")

    # No click at all: each of the 16 points has its story.
    lost = page.locator("li.failed", has=page.locator("[data-check]"))
    expect(lost).to_have_count(3)
    told = "".join(lost.all_inner_texts())
    assert [int(points) for points in re.findall(r"\n0\s*/ (\d+)", told)] == [4, 9, 3]
    read = page.locator("li", has=page.locator('[data-check="read.3.1"]'))
    expect(read).to_contain_text("With two replicas down the read must fail")
    expect(read).to_contain_text("1 read fail line about key")
    expect(read).to_contain_text("never logged a result")

    # One click: the log around the line.
    number = read.get_by_role("button", name=re.compile("^Line ")).first
    line = int(number.inner_text())
    number.click()
    around = page.get_by_role("region", name=f"The log around line {line}")
    expect(around).to_contain_text(f"{line} ")
    expect(around).to_contain_text("READ OPERATION KEY")


def test_show_this_moment_opens_the_replay_at_that_tick(open_page: OpenPage, graded: str) -> None:
    page = open_page(f"{graded}?submission=2")
    read = page.locator("li", has=page.locator('[data-check="read.3.1"]'))
    read.get_by_role("link", name=re.compile("Show this moment")).click()
    expect(page).to_have_url(re.compile(r"/runs/log-.*tick=226"))
    expect(page.locator("[data-tick]")).to_have_attribute("data-tick", "226")
    expect(page.get_by_role("group", name="Ring at tick 226", exact=True)).to_be_visible()
    expect(page.locator('[data-peer][data-status="failed"]')).to_have_count(2)
    expect(page.get_by_role("region", name="Grade")).to_contain_text("31")
    page.get_by_role("link", name="Back to its grade").click()
    expect(page).to_have_url(re.compile(r"/grade/\w+\?submission=2$"))


def test_a_replay_shows_what_is_unknown_and_cannot_be_changed(
    open_page: OpenPage, graded: str
) -> None:
    page = open_page(f"{graded}?submission=1")
    page.get_by_role("region", name="Log of read").get_by_role("link", name="Replay it").click()
    expect(page.get_by_text(re.compile("^Replay of a log: read of"))).to_be_visible()
    expect(page.get_by_text("messages: the log does not tell")).to_be_visible()
    expect(page.get_by_text("positions: evenly, the log does not tell")).to_be_visible()
    expect(page.get_by_role("button", name="Drop messages")).to_have_count(0)
    expect(page.get_by_role("button", name="Ask the store")).to_have_count(0)
    page.locator('[data-peer="1"]').click()
    menu = page.get_by_role("dialog", name="Peer 1")
    expect(menu).to_contain_text("looked at, not changed")
    expect(menu.get_by_role("button", name="Fail")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("body").press("f")
    expect(page.get_by_role("status").first).to_contain_text("looked at, not changed")
    page.get_by_role("tab", name="Members").click()
    expect(page.get_by_text("Row observes column; a log tells who is listed")).to_be_visible()
    expect(page.get_by_text("over T_fail")).to_have_count(0)
    assert serious(page, "#view") == []


def test_a_replay_is_played_at_the_speed_of_the_page(open_page: OpenPage, graded: str) -> None:
    page = open_page(f"{graded}?submission=1")
    page.get_by_role("region", name="Log of read").get_by_role("link", name="Replay it").click()
    cursor = page.locator("[data-tick]")
    page.get_by_label("Speed").select_option("200")
    page.locator("body").press("Home")
    expect(cursor).to_have_attribute("data-tick", "0")
    page.locator("body").press(" ")
    page.wait_for_function("() => +document.querySelector('[data-tick]').dataset.tick > 20")
    page.locator("body").press(" ")
    expect(page.get_by_role("button", name="Play from here")).to_be_visible()


def test_a_lone_log_is_graded_as_guessed_until_one_says_otherwise(
    open_page: OpenPage, perfect: Logs
) -> None:
    page = open_page("/grade")
    drop(page, {"dbg.log": perfect["read.log"]})
    expect(page.get_by_role("tab", name="Official")).to_contain_text("40/ 40")
    page.get_by_text("Choose another scenario").click()
    expect(page.get_by_role("radio", name=re.compile("^read "))).to_be_checked()
    page.get_by_role("radio", name=re.compile("^update ")).check()
    page.get_by_role("button", name="Grade it as update").click()
    expect(page.get_by_role("tab", name="Official")).to_contain_text("0/ 40")
    expect(page.locator('[data-check="update.1"]')).to_be_visible()


def test_a_log_that_tells_nothing_is_asked_for_its_scenario(open_page: OpenPage) -> None:
    page = open_page("/")
    drop(page, {"dbg.log": "hello\n"})
    expect(page.get_by_role("alert")).to_contain_text("of which scenario it is")
    expect(page.get_by_role("radio")).to_have_count(7)
    page.get_by_role("radio", name=re.compile("^read ")).check()
    page.get_by_role("button", name="Grade it as read").click()
    expect(page.get_by_role("tab", name="Official")).to_contain_text("0/ 40")


def test_what_cannot_be_graded_is_refused_in_a_sentence(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(20))
    expect(page.locator("[data-peer]")).to_have_count(10)
    drop(page, {"class.zip": b"PK\x03\x04 no zip at all"})
    refusal = page.get_by_role("dialog", name=re.compile("Not graded: class.zip"))
    expect(refusal.get_by_role("alert")).to_contain_text("zip")
    page.keyboard.press("Escape")
    expect(refusal).to_have_count(0)
    drop(page, {"a.cpp": "int main", "b.cpp": "int main"})
    expect(page.get_by_role("alert")).to_contain_text("no .log or .zip among the files")
    expect(page.locator("[data-peer]")).to_have_count(10)


def test_logs_are_shown_as_text_however_they_are_meant(open_page: OpenPage, perfect: Logs) -> None:
    evil = "<img src=x onerror=document.title='owned'>"
    page = open_page("/grade")
    drop(
        page, {"read.log": perfect["read.log"].replace("READ OPERATION", f"{evil} READ OPERATION")}
    )
    expect(page.get_by_role("tab", name="Official")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Line ")).first.click()
    expect(page.get_by_role("region", name=re.compile("The log around"))).to_contain_text(evil)
    assert page.locator("main img").count() == 0
    expect(page).not_to_have_title(re.compile("owned"))


def test_a_class_is_a_table_that_is_sorted_filtered_and_opened(
    open_page: OpenPage, perfect: Logs, student: Logs
) -> None:
    page = open_page("/")
    drop(page, {"class.zip": zipped({"ada": perfect, "bob": student, "cyd": perfect})})
    expect(page.get_by_role("heading", name="3 submissions")).to_be_visible()
    expect(page.get_by_text("2 of 3 submissions")).to_be_visible()
    names = page.locator("tbody th")
    expect(names).to_have_text(["ada", "bob", "cyd"])
    official = page.get_by_role("columnheader", name="Official", exact=True)
    tab_to(page, official.get_by_role("button"))
    page.keyboard.press("Enter")
    expect(official).to_have_attribute("aria-sort", "ascending")
    expect(names).to_have_text(["bob", "ada", "cyd"])
    page.get_by_role("button", name="Read it just after two replicas failed").click()
    expect(names).to_have_text(["bob"])
    expect(page).to_have_url(re.compile("find=read.3.1"))
    page.get_by_role("link", name="bob").click()
    expect(page.get_by_role("tab", name="Official")).to_contain_text("74/ 90")
    page.go_back()
    expect(names).to_have_text(["bob"])
    page.get_by_role("link", name="read.3.1").click()
    expect(page).to_have_url(re.compile(r"/runs/log-.*tick=226"))


def test_points_are_bars_or_a_table(open_page: OpenPage, graded: str) -> None:
    page = open_page(graded)
    bars = page.get_by_role("list", name=re.compile("^Points, "))
    expect(bars.get_by_role("listitem")).to_have_count(10)
    page.get_by_role("button", name=re.compile("^Points as a table")).click()
    expect(page.get_by_role("row", name="70–79 1")).to_be_visible()
    expect(page.get_by_role("row", name="90 1", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^eve "))).to_contain_text("no logs")


def test_the_rubrics_are_never_mixed(open_page: OpenPage, graded: str) -> None:
    page = open_page(f"{graded}?submission=2")
    expect(page.locator('[data-check^="strict."]')).to_have_count(0)
    page.get_by_role("tab", name="Official").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Strict")).to_be_focused()
    expect(page.locator('[data-check="read.3.1"]')).to_have_count(0)
    expect(page.locator('[data-check="strict.read.must-fail"]')).to_be_visible()
    expect(page).to_have_url(re.compile("rubric=strict"))
    page.reload()
    expect(page.locator('[data-check="strict.read.must-fail"]')).to_be_visible()


def test_a_folder_is_chosen_by_keyboard_and_keeps_its_paths(
    open_page: OpenPage, perfect: Logs, student: Logs, tmp_path: Path
) -> None:
    for name, logs in {"ada": perfect, "bob": student}.items():
        (tmp_path / "autumn" / name).mkdir(parents=True)
        for file, text in logs.items():
            (tmp_path / "autumn" / name / file).write_text(text)
    page = open_page("/grade")
    tab_to(page, page.get_by_role("button", name="Choose a folder", exact=True))
    chooser = page.get_by_label("Choose a folder of logs")
    # A chooser that really opened would wait for somebody.
    chooser.evaluate("e => e.onclick = () => (e.dataset.asked = 'yes', false)")
    page.keyboard.press("Enter")
    expect(chooser).to_have_attribute("data-asked", "yes")
    chooser.set_input_files(tmp_path / "autumn")
    expect(page.get_by_role("heading", name="2 submissions")).to_be_visible()
    expect(page.locator("tbody th")).to_have_text(["ada", "bob"])


def test_what_is_no_longer_kept_says_so_and_leads_on(open_page: OpenPage) -> None:
    page = open_page("/grade/nosuch")
    expect(page.get_by_role("alert")).to_contain_text("These logs are no longer here")
    page.get_by_role("link", name="Grade logs").click()
    expect(page.get_by_role("heading", name="What can be graded")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_graded_logs(
    open_page: OpenPage, graded: str, theme: str
) -> None:
    page = open_page("/grade", color_scheme=theme)
    expect(page.get_by_role("heading", name="What can be graded")).to_be_visible()
    assert serious(page) == []
    page = open_page(graded, color_scheme=theme)
    expect(page.get_by_role("heading", name="3 submissions")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("link", name="bob").click()
    page.get_by_role("button", name=re.compile("^Line ")).first.click()
    expect(page.get_by_role("region", name=re.compile("The log around"))).to_be_visible()
    assert serious(page) == []
    page.get_by_role("link", name="Show this moment").first.click()
    expect(page.locator("[data-peer]")).to_have_count(10)
    assert serious(page) == []


@pytest.mark.parametrize("query", ["", "?submission=2", "?submission=2&rubric=strict"])
def test_a_phone_shows_graded_logs_without_scrolling_sideways(
    open_page: OpenPage, graded: str, query: str
) -> None:
    page = open_page(graded + query, viewport={"width": 360, "height": 740})
    expect(page.get_by_role("heading", name="bob" if query else "3 submissions")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
