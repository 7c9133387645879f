"""What strangers' programs print, made fit to be shown."""

from pathlib import Path

from ringscope.program.printed import last_lines, printable


def test_the_last_lines_are_kept_and_cut(tmp_path: Path) -> None:
    file = tmp_path / "printed"
    file.write_bytes(b"".join(b"line %d\n\n" % n for n in range(100)) + b"x" * 1000 + b"\xff\n")
    lines = last_lines(file)
    assert len(lines) == 15
    assert lines[-2] == "line 99"
    assert lines[-1] == "x" * 300


def test_nothing_printed_is_no_line(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "missing") == ()


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    assert printable("\x1b[31mred\x07 \udcff ok\n") == " [31mred    ok"
