"""The main job: load a scenario, watch it, go back and forth in time, see the grade."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]
RunAt = Callable[..., str]
Post = Callable[[str, dict[str, Any]], dict[str, Any]]

READ = "MAX_NNB: 10\nCRUD_TEST: READ\n"


def peers(page: Page) -> list[str]:
    """What the ring says about each peer."""
    labels = page.locator("[data-peer]").evaluate_all("all => all.map(e => e.ariaLabel)")
    return [str(label) for label in labels]


TICK = "+document.querySelector('[data-tick]').dataset.tick"


def tick(page: Page) -> int:
    return int(page.locator("[data-tick]").get_attribute("data-tick") or -1)


def expect_tick(page: Page, wanted: int) -> None:
    expect(page.locator("[data-tick]")).to_have_attribute("data-tick", str(wanted))


def expect_picture(page: Page, wanted: int) -> None:
    """Not only the cursor: the picture of that tick has arrived."""
    expect_tick(page, wanted)
    expect(page.get_by_role("group", name=f"Ring at tick {wanted}", exact=True)).to_be_visible()


def test_a_shipped_scenario_is_loaded_played_and_graded(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("button", name=re.compile("^read ")).click()
    expect(page).to_have_url(re.compile(r"/runs/\w+"))
    expect(page.locator("[data-peer]")).to_have_count(10)
    page.get_by_label("Speed").select_option("0")
    expect(page.get_by_text("finished", exact=True)).to_be_visible()
    expect_picture(page, 700)
    expect(page.get_by_label("40 of 40 points")).to_be_visible()
    expect(page.get_by_text("Read a key that does not exist")).to_be_visible()


def test_a_check_explains_itself_and_moves_the_cursor(open_page: OpenPage, run_at: RunAt) -> None:
    run = run_at(300, READ, "read")
    page = open_page(run)
    check = page.locator('[data-check="read.3.1"]')
    expect(check).to_contain_text("9 / 9")
    check.click()
    expect(page.get_by_text("Looking at tick")).to_be_visible()
    first = page.locator("li", has=check).locator("button.line").first
    expect(first).to_contain_text("READ OPERATION")
    before = tick(page)
    first.click()
    page.wait_for_function(f"before => {TICK} !== before", arg=before)
    seen = tick(page)
    assert 0 < seen < 300
    expect_picture(page, seen)


def test_what_is_not_decided_is_not_passed(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(120, READ, "read"))
    undecided = page.locator("li.pending", has=page.locator("[data-check]"))
    expect(undecided).to_have_count(6)
    expect(page.get_by_label("0 of 40 points")).to_be_visible()


def test_one_scrubs_to_the_past_and_back(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(300))
    expect_picture(page, 300)
    slider = page.get_by_role("slider", name="Tick")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 20, steps=6)
    page.mouse.up()
    page.wait_for_function(f"() => 90 < {TICK} && {TICK} < 110")  # drawn with the next frame
    seen = tick(page)
    expect_picture(page, seen)
    expect(page).to_have_url(re.compile(f"tick={seen}"))
    expect(page.get_by_text(f"Looking at tick {seen}; the run is at 300")).to_be_visible()
    page.get_by_role("button", name="Back to live").click()
    expect_picture(page, 300)


def test_the_past_can_be_played_again(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(400) + "?tick=390")
    expect_picture(page, 390)
    page.get_by_role("button", name="Play from here").click()
    expect_picture(page, 400)
    expect(page.get_by_text("Looking at tick")).to_have_count(0)


def test_a_reload_shows_the_same_picture(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(250) + "?tick=120&peer=4")
    expect_picture(page, 120)
    before = peers(page)
    page.reload()
    expect_picture(page, 120)
    expect(page.get_by_role("heading", name=re.compile("Peer 4"))).to_be_visible()
    assert peers(page) == before


def test_two_pages_show_the_same_run(open_page: OpenPage, run_at: RunAt, post: Post) -> None:
    run = run_at(100)
    post(f"{run}/speed", {"speed": 60})
    one, two = open_page(run), open_page(run)
    one.get_by_role("button", name="Play", exact=True).click()
    expect(two.get_by_text("running", exact=True)).to_be_visible()
    two.wait_for_function("() => +document.querySelector('[data-tick]').dataset.tick > 110")
    two.get_by_role("button", name="Pause").click()
    expect(one.get_by_text("paused", exact=True)).to_be_visible()
    # the last frame may come after the word that the run is paused: ask the run itself where it is
    at = one.evaluate("run => fetch('/api' + run).then((r) => r.json()).then((i) => i.tick)", run)
    expect_picture(one, at)
    expect_picture(two, at)
    assert peers(one) == peers(two)


def test_an_unknown_run_says_so_and_leads_on(open_page: OpenPage) -> None:
    page = open_page("/runs/nosuchrun")
    expect(page.get_by_text("nosuchrun")).to_be_visible()
    page.get_by_role("link", name="Choose a scenario or another run").click()
    expect(page.get_by_role("heading", name="Start a scenario")).to_be_visible()


def test_an_unknown_address_says_so_and_leads_on(open_page: OpenPage) -> None:
    page = open_page("/runs/%E0%A4%A")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Choose a scenario or a run").click()
    expect(page.get_by_role("heading", name="Start a scenario")).to_be_visible()


def test_what_an_address_asks_for_in_vain_is_left_out(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(120) + "?tab=matrix&view=55")
    expect_picture(page, 120)
    expect(page.get_by_role("tab", name="Ring")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Seen by")).to_have_value("0")


def test_in_the_past_the_grade_says_that_it_is_not_of_then(
    open_page: OpenPage, run_at: RunAt
) -> None:
    page = open_page(run_at(300, READ, "read") + "?tick=230")
    grade = page.get_by_role("region", name="Grade")
    expect(grade).to_contain_text("Of the live run, as of tick 300")
    page.get_by_role("button", name="Back to live").click()
    expect(grade).to_contain_text(re.compile(r"\bAs of tick 300"))

    page = open_page(run_at(400) + "?tick=230")
    expect(page.get_by_role("region", name="Grade")).to_contain_text("at the end of the run")
    expect(page.get_by_text("Looking at tick 230")).to_be_visible()
    expect(page.get_by_text("Actions apply there.")).to_have_count(0)


def test_counts_are_plotted(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(200) + "?tab=counts")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(3)


def test_the_matrix_tells_every_belief(open_page: OpenPage, run_at: RunAt) -> None:
    run = run_at(150, "MAX_NNB: 5\nTICKS: 300\nAT 120 FAIL 3\n", "five")
    page = open_page(f"{run}?tick=133&tab=members")
    matrix = page.get_by_role("application", name=re.compile("Membership matrix"))
    matrix.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    # The cursor began on the first cell: now observer 2, member 3.
    told = page.locator(".tip")
    expect(told).to_contain_text("Peer 2 on peer 3")
    expect(told).to_contain_text(re.compile(r"over T_fail = 10, so peer 2 suspects peer 3"))
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("row", name=re.compile("^2 "))).to_contain_text("suspected")


LARGE = "MAX_NNB: 1500\nSTARTS_PER_TICK: 1500\nTICKS: 60\nAT 25 FAIL 700\n"


def test_a_large_group_is_watched_as_any_other(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(40, LARGE, "large"))
    expect_picture(page, 40)
    expect(page.get_by_text("1,499 of 1,500 members")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('*').length") < 1500, "not an element a peer"
    page.get_by_label("Select a peer or a key").fill("700")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Peer 700"))).to_contain_text("failed")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="One tick forward").click()
    expect_picture(page, 41)


def test_the_matrix_of_a_large_group_says_what_a_cell_stands_for(
    open_page: OpenPage, run_at: RunAt
) -> None:
    page = open_page(run_at(30, LARGE, "large") + "?tab=members")
    expect(page.get_by_text("One cell stands for 2 × 2 peers and shows the worst")).to_be_visible()
    matrix = page.get_by_role("application", name=re.compile("1500 observers by 1500 members"))
    matrix.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    told = page.locator(".tip")
    expect(told).to_contain_text("The worst of 2 × 2 beliefs")
    expect(told).to_contain_text("Peers 3 to 4 about peers 5 to 6: the oldest heartbeat is")
    expect(page.get_by_role("button", name="Ring order")).to_have_count(0)
