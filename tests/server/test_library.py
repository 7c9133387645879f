from collections.abc import Iterator
from pathlib import Path

import pytest

from ringscope.server.library import Library, _summary
from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError
from ringscope.server.storage import Storage
from ringscope.simulation.scenario import COURSE, Scenario, parse_scenario


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    storage = Storage(tmp_path)
    yield Library(storage, Limits(stored_scenarios=2))
    storage.close()


def test_the_seven_of_the_course_come_first(library: Library) -> None:
    names = [info.name for info in library.all()]
    assert tuple(names[:7]) == COURSE
    assert all(info.summary and info.shipped for info in library.all())


def test_an_upload_is_found_again_and_replaced(library: Library) -> None:
    library.keep("mine.conf", "# Three peers.\n# No more.\nMAX_NNB: 3\n")
    assert library.find("mine").summary == "Three peers. No more."
    library.keep("mine", "MAX_NNB: 4\nSINGLE_FAILURE: 1\n")
    found = library.find("mine")
    assert (found.summary, found.shipped) == ("4 peers, one of them fails.", False)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("read", "MAX_NNB: 3\n", "ships with Ringscope"),
        ("", "MAX_NNB: 3\n", "cannot be the name"),
        ("../../etc/passwd", "MAX_NNB: 3\n", "cannot be the name"),
        ("a b", "MAX_NNB: 3\n", "cannot be the name"),
        ("x" * 65, "MAX_NNB: 3\n", "cannot be the name"),
        ("mine", "", "is empty"),
        ("mine", "MAX_NBB: 3\n", "MAX_NNB"),
        ("mine", "MAX_NNB: 5001\n", "at most 5000"),
        ("mine", "MAX_NNB: 3\nTICKS: 10001\n", "TICKS is 10001"),
        ("mine", "MAX_NNB: 3\nKEYS: 2001\n", "KEYS is 2001"),
        ("mine", "MAX_NNB: 1000\nFANOUT: 101\n", "FANOUT of at most 100"),
        ("mine", f"MAX_NNB: 3\nSEED: {2**53}\n", "SEED is 9007199254740992"),
        ("mine", "MAX_NNB: 3\n" + " at 5 FAIL 1\n" * 2_001, "timeline has 2001 lines"),
        ("mine", "#" * 1_000_001, "more than 1000000 characters"),
    ],
)
def test_an_upload_that_will_not_do(library: Library, name: str, text: str, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        library.keep(name, text)
    assert all(info.shipped for info in library.all())


def test_a_scenario_is_found_without_reading_any_other(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.keep("other", "MAX_NNB: 3\n")
    library.keep("mine", "MAX_NNB: 5\n")
    parsed: list[str] = []

    def parse(text: str, name: str) -> Scenario:
        parsed.append(name)
        return parse_scenario(text, name)

    monkeypatch.setattr("ringscope.server.library.parse_scenario", parse)
    _summary.cache_clear()
    assert library.find("mine").summary == library.find("mine").summary == "5 peers."
    assert parsed == ["mine"]


def test_there_is_room_for_so_many(library: Library) -> None:
    library.keep("one", "MAX_NNB: 3\n")
    library.keep("two", "MAX_NNB: 3\n")
    with pytest.raises(RefusedError, match="2 scenarios are stored"):
        library.keep("three", "MAX_NNB: 3\n")
    library.keep("two", "MAX_NNB: 4\n")
    library.drop("one")
    library.keep("three", "MAX_NNB: 3\n")


def test_a_shipped_one_stays(library: Library) -> None:
    with pytest.raises(RefusedError, match="cannot be deleted"):
        library.drop("read")
    with pytest.raises(RefusedError, match="no scenario called"):
        library.drop("nothing")
