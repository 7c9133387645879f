from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.conftest import stored

from ringscope.grading.report import Section
from ringscope.server.storage import InUseError, Storage
from ringscope.server.wire import Grading, RunGrade


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    made = Storage(tmp_path / "instance")
    yield made
    made.close()


def again(storage: Storage, folder: Path) -> Storage:
    storage.close()
    return Storage(folder / "instance")


def test_a_run_outlives_the_server(storage: Storage, tmp_path: Path) -> None:
    storage.add_run(stored(seed=2**63 - 1))
    storage.add_action("run", 0, "AT 3 FAIL 2")
    storage.add_action("run", 1, "AT 4 RESTART 2")
    storage.update_run("run", 17, "running", 5.5)
    other = again(storage, tmp_path)
    assert other.run("run") == stored(
        seed=2**63 - 1,
        tick=17,
        speed=5.5,
        state="paused",  # nobody advances it now
        actions=("AT 3 FAIL 2", "AT 4 RESTART 2"),
    )
    other.close()


def test_a_folder_has_one_server_at_a_time(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(InUseError, match="another server uses the folder"):
        Storage(tmp_path / "instance")
    storage.add_run(stored())
    other = again(storage, tmp_path)
    assert other.run("run") == stored()
    other.close()


def test_what_ended_stays_ended(storage: Storage, tmp_path: Path) -> None:
    storage.add_run(stored(state="finished"))
    storage.add_run(stored(id="other", state="broken", error="why"))
    other = again(storage, tmp_path)
    assert [(run.id, run.state, run.error) for run in other.runs()] == [
        ("other", "broken", "why"),
        ("run", "finished", None),
    ]
    other.close()


def test_a_dropped_run_takes_its_actions_and_grade_along(storage: Storage) -> None:
    none = Section.of(())
    storage.add_run(stored())
    storage.add_action("run", 0, "AT 3 FAIL 2")
    storage.keep_grade(RunGrade("run", 60, True, none, none))
    storage.drop_run("run")
    assert storage.run("run") is None
    assert storage.grade("run") is None
    storage.add_run(stored())
    assert storage.runs() == [stored()], "a new run of that name has no past"


def test_a_later_grade_replaces_an_earlier_one(storage: Storage) -> None:
    none = Section.of(())
    storage.add_run(stored())
    for tick in (10, 60):
        storage.keep_grade(RunGrade("run", tick, tick == 60, none, none))
    kept = storage.grade("run")
    assert kept is not None
    assert kept.tick == 60


def test_scenarios_are_kept_replaced_and_dropped(storage: Storage) -> None:
    storage.keep_scenario("mine", "MAX_NNB: 3\n")
    storage.keep_scenario("mine", "MAX_NNB: 4\n")
    assert storage.scenarios() == {"mine": "MAX_NNB: 4\n"}
    storage.drop_scenario("mine")
    assert storage.scenarios() == {}


def test_a_later_state_of_a_grading_replaces_an_earlier_one(storage: Storage) -> None:
    for state in ("running", "done"):
        storage.keep_grading(Grading("job", state, "1-1", ["read"], 1, 1, []))  # type: ignore[arg-type]
    assert [grading.state for grading in storage.gradings()] == ["done"]


def test_the_latest_hundred_gradings_are_kept(storage: Storage) -> None:
    for number in range(105):
        storage.keep_grading(Grading(f"job{number}", "done", "1-1", ["read"], 1, 1, []))
    assert storage.grading("job4") is None
    kept = storage.grading("job5")
    assert kept is not None
    assert kept.state == "done"
