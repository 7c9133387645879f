"""Breaking a run by hand: peers, network, operations, and files that are dropped on the page."""

import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]
RunAt = Callable[..., str]
Post = Callable[[str, dict[str, Any]], dict[str, Any]]

DROP = """([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, { type: "text/plain" }));
    for (const kind of ["dragover", "drop"])
        document.body.dispatchEvent(
            new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, name: str, text: str) -> None:
    """Drop a file on the page."""
    page.evaluate(DROP, [name, text])


def step(page: Page, tens: int) -> None:
    """Compute ten ticks at a time, by the keyboard, waiting for each picture."""
    for _ in range(tens):
        now = int(page.locator("[data-tick]").get_attribute("data-tick") or 0)
        page.keyboard.press("Shift+ArrowRight")
        expect(page.locator("[data-tick]")).to_have_attribute("data-tick", str(now + 10))


def test_a_peer_failed_by_clicking_is_suspected_removed_and_its_keys_replicated_again(
    open_page: OpenPage, run_at: RunAt
) -> None:
    page = open_page(run_at(130))
    expect(page.get_by_text("all copies in place")).to_be_visible()
    victim = page.locator('[data-peer="3"]')
    victim.click()
    page.get_by_role("dialog", name="Peer 3").get_by_role("button", name="Fail").click()
    expect(page.get_by_role("status")).to_contain_text("AT 130 FAIL 3")
    page.keyboard.press("Escape")

    step(page, 1)
    expect(victim).to_have_attribute("data-status", "failed")
    expect(page.get_by_text(re.compile("copies missing"))).to_be_visible()
    step(page, 1)
    expect(victim).to_have_attribute("aria-label", re.compile("suspected by 9/9"))
    step(page, 2)
    expect(victim).to_have_attribute("data-status", "removed")
    step(page, 1)
    expect(page.get_by_text("all copies in place")).to_be_visible()
    expect(page.locator("[data-narrator]")).to_contain_text("peer 3")


def test_the_replicas_of_a_key_are_shown_and_change_with_a_failure(
    open_page: OpenPage, run_at: RunAt, post: Post
) -> None:
    run = run_at(130)
    page = open_page(run)
    rim = page.get_by_role("button", name=re.compile("^100 keys"))
    rim.focus()
    page.keyboard.press("ArrowRight")
    panel = page.get_by_label("Selected", exact=True)
    expect(panel).to_contain_text("All 3 replicas hold the newest version")
    primary = int((panel.locator("ol button").first.text_content() or "").split()[-1])
    post(f"{run}/actions", {"line": f"FAIL {primary}"})
    page.locator("[data-tick]").click()
    step(page, 1)
    expect(panel).to_contain_text("2 of 3 replicas hold the newest version")
    step(page, 5)
    expect(panel).to_contain_text("All 3 replicas hold the newest version")
    expect(panel.locator("ol")).not_to_contain_text(re.compile(rf"Peer {primary}\b"))


def test_messages_are_dropped_the_network_split_and_healed(
    open_page: OpenPage, run_at: RunAt
) -> None:
    page = open_page(run_at(110))
    page.get_by_label("Lose messages, %").fill("25")
    page.get_by_role("button", name="Drop messages").click()
    expect(page.get_by_role("status")).to_contain_text("AT 110 DROP 0.25")
    page.get_by_label("Groups").fill("1-5 | 6-10")
    page.get_by_role("button", name="Partition").click()
    expect(page.get_by_role("status")).to_contain_text("AT 110 PARTITION 1,2,3,4,5 | 6,7,8,9,10")
    page.locator("[data-tick]").click()
    step(page, 1)
    expect(page.get_by_text("25 % of messages lost, split")).to_be_visible()
    page.get_by_role("button", name="Heal").click()
    step(page, 1)
    expect(page.get_by_text("network reliable")).to_be_visible()


def test_an_operation_is_issued_by_hand(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(120))
    page.get_by_label("Operation", exact=True).select_option("create")
    page.get_by_label("Key", exact=True).fill("my key")
    page.get_by_label("Value", exact=True).fill("my value")
    page.get_by_label("Via peer").fill("4")
    page.get_by_role("button", name="Ask the store").click()
    expect(page.get_by_role("status")).to_contain_text('AT 120 CREATE "my key" "my value" VIA 4')
    page.locator("[data-tick]").click()
    step(page, 1)
    operations = page.get_by_role("region", name=re.compile("^Operations"))
    expect(operations.get_by_role("row", name=re.compile("my key"))).to_contain_text("success")
    expect(page.get_by_label("Selected", exact=True)).to_contain_text("my value")


def test_what_cannot_be_done_is_not_offered(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(120))
    partition = page.get_by_role("button", name="Partition")
    groups = page.get_by_label("Groups")
    groups.fill("1-5 | 99")
    expect(page.get_by_text("There is no peer 99")).to_be_visible()
    expect(partition).to_be_disabled()
    groups.fill("1-10")
    expect(page.get_by_text("One group of all peers cuts nothing")).to_be_visible()
    expect(partition).to_be_disabled()
    groups.fill("1-5")
    expect(partition).to_be_enabled()
    page.get_by_label("Lose messages, %").fill("")
    expect(page.get_by_role("button", name="Drop messages")).to_be_disabled()


def test_what_the_server_refuses_is_told_in_words(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(120) + "?peer=99")
    expect(page.locator("[data-peer]")).to_have_count(10)
    page.keyboard.press("f")
    expect(page.get_by_role("status")).to_contain_text("Not done")
    expect(page.get_by_role("status")).to_contain_text("99")


def test_a_key_held_down_acts_once(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(120) + "?peer=3")
    expect(page.locator("[data-peer]")).to_have_count(10)
    for _ in range(3):
        page.keyboard.down("f")
    page.keyboard.up("f")
    page.get_by_role("button", name="Join peer 11").click()
    scenario = page.locator("details pre")
    expect(scenario).to_contain_text("by hand AT 120 FAIL 3 AT 120 JOIN 11")


def test_a_run_that_is_deleted_leaves_its_page(
    open_page: OpenPage, run_at: RunAt, address: str
) -> None:
    run = run_at(120)
    page = open_page(run)
    expect(page.locator("[data-peer]")).to_have_count(10)
    request = urllib.request.Request(f"{address}/api{run}", method="DELETE")
    with urllib.request.urlopen(request, timeout=30):
        pass
    expect(page.get_by_role("link", name="Choose a scenario or another run")).to_be_visible()


def test_actions_from_the_past_are_done_at_the_live_tick(
    open_page: OpenPage, run_at: RunAt
) -> None:
    page = open_page(run_at(120) + "?tick=60")
    expect(page.get_by_text("Actions apply there.")).to_be_visible()
    page.locator('[data-peer="5"]').click()
    menu = page.get_by_role("dialog", name="Peer 5")
    expect(menu).to_contain_text("AT 120 FAIL 5")
    menu.get_by_role("button", name="Fail").click()
    expect(page.get_by_role("status")).to_contain_text("Done at the live tick")


def test_an_observers_view_is_never_mixed_with_the_truth(
    open_page: OpenPage, run_at: RunAt
) -> None:
    run = run_at(133, "MAX_NNB: 6\nTICKS: 300\nAT 120 FAIL 3\n", "six")
    page = open_page(run)
    expect(page.locator('[data-peer="3"]')).to_have_attribute("data-status", "failed")
    page.get_by_label("Seen by").select_option("2")
    expect(page.get_by_text("What peer 2 believes, not the truth")).to_be_visible()
    expect(page.locator('[data-peer="3"]')).to_have_attribute("data-status", "suspected")
    page.get_by_role("button", name="Show the truth").click()
    expect(page.locator('[data-peer="3"]')).to_have_attribute("data-status", "failed")


def test_a_conf_dropped_on_the_page_runs(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(page.get_by_role("button", name=re.compile("^read "))).to_be_visible()
    drop(page, "seven.conf", "MAX_NNB: 7\nTICKS: 60\n")
    expect(page).to_have_url(re.compile(r"/runs/\w+"))
    expect(page.locator("[data-peer]")).to_have_count(7)
    expect(page).to_have_title(re.compile("seven"))


def test_a_conf_of_the_course_runs_as_it_is_and_again_from_the_panel(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(page.get_by_role("button", name=re.compile("^read "))).to_be_visible()
    drop(page, "read.conf", "MAX_NNB: 6\nTICKS: 60\n")
    expect(page.locator("[data-peer]")).to_have_count(6)
    first = page.url.split("?")[0]
    expect(page.get_by_label("Scenario", exact=True)).to_have_value("")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page).not_to_have_url(re.compile(re.escape(first)))
    expect(page.locator("[data-peer]")).to_have_count(6)


def test_a_file_can_be_chosen_again_once_it_is_mended(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/")
    mine = tmp_path / "my own (1).conf"
    chooser = page.get_by_label("Choose a .conf file")
    mine.write_text("MAX_NNB: 7\nTICKS: soon\n")
    chooser.set_input_files(mine)
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("my own (1).conf was not run")
    expect(refusal).to_contain_text("Mend the file")
    page.keyboard.press("Escape")
    expect(refusal).to_have_count(0)
    expect(chooser).to_have_value("")
    mine.write_text("MAX_NNB: 7\nTICKS: 60\n")
    chooser.set_input_files(mine)
    expect(page.locator("[data-peer]")).to_have_count(7)


def test_a_seed_that_cannot_be_is_not_blamed_on_the_file(open_page: OpenPage) -> None:
    page = open_page("/")
    seed = page.get_by_label("Seed")
    seed.fill("-3")
    page.get_by_role("button", name=re.compile("^read ")).click()
    expect(seed).to_be_focused()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_bad_conf_dropped_on_the_page_is_refused_with_its_line(
    open_page: OpenPage, run_at: RunAt
) -> None:
    page = open_page(run_at(20))
    expect(page.locator("[data-peer]")).to_have_count(10)
    drop(page, "wrong.conf", "MAX_NNB: 7\nTICKS: soon\n")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("wrong.conf was not run")
    expect(refusal.locator("pre")).to_contain_text(re.compile(r"2.*TICKS", re.DOTALL))
    refusal.get_by_role("button", name="Close").click()
    expect(refusal).to_have_count(0)
    expect(page.locator("[data-peer]")).to_have_count(10)


def test_a_lost_connection_keeps_the_picture_and_heals(open_page: OpenPage, run_at: RunAt) -> None:
    page = open_page(run_at(120))
    expect(page.locator("[data-peer]")).to_have_count(10)
    page.context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("The connection is lost")
    expect(page.locator("[data-peer]")).to_have_count(10)
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0)
