from pathlib import Path

from ringscope.server.typescript import typescript

WIRE_TS = Path(__file__).parents[2] / "frontend" / "src" / "wire.ts"


def test_the_committed_file_is_fresh() -> None:
    assert WIRE_TS.read_text(encoding="utf-8") == typescript(), (
        "run: python -m ringscope.server.typescript > frontend/src/wire.ts"
    )


def test_an_optional_field_of_a_question_may_be_left_out() -> None:
    assert "  value?: number | null;" in typescript()


def test_an_event_names_its_kind() -> None:
    assert '  event: "PeerFailed";' in typescript()
