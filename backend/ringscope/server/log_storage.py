"""Storage of graded logs: the grading, and of each log what a replay shows and its lines.

Everything is kept as the grading process has packed it, and unpacked for who asks.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from threading import Lock

from ringscope.server.log_orders import KeptLog, Shown, read_shown

_SCHEMA = """
CREATE TABLE IF NOT EXISTS log_gradings (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, grading BLOB NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS logs (
    id TEXT PRIMARY KEY, grading TEXT NOT NULL REFERENCES log_gradings (id) ON DELETE CASCADE,
    shown BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS logs_of_grading ON logs (grading);
CREATE TABLE IF NOT EXISTS log_pieces (
    log TEXT NOT NULL REFERENCES logs (id) ON DELETE CASCADE, first INTEGER NOT NULL,
    lines INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (log, first)
);
"""


class LogStorage:
    """Keeps gradings of logs in an open ``database``."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._lock = Lock()
        database.executescript(_SCHEMA)

    def keep(
        self, grading: str, packed: bytes, logs: Sequence[KeptLog], most: int, room: int
    ) -> None:
        """Store a grading with its logs.

        The oldest make room, so that at most so many gradings, and bytes of them, are there.
        """
        size = len(packed) + sum(len(log.shown) for log in logs)
        size += sum(len(piece.data) for log in logs for piece in log.pieces)
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._add(grading, packed, logs, size)
                self._make_room(most, room)
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise

    def _add(self, grading: str, packed: bytes, logs: Sequence[KeptLog], size: int) -> None:
        self._database.execute(
            "INSERT INTO log_gradings (id, grading, size) VALUES (?, ?, ?)", (grading, packed, size)
        )
        for log in logs:
            self._database.execute(
                "INSERT INTO logs VALUES (?, ?, ?)", (log.id, grading, log.shown)
            )
            self._database.executemany(
                "INSERT INTO log_pieces VALUES (?, ?, ?, ?)",
                [(log.id, piece.first, piece.lines, piece.data) for piece in log.pieces],
            )

    def _make_room(self, most: int, room: int) -> None:
        sizes = self._database.execute("SELECT number, size FROM log_gradings ORDER BY number DESC")
        left = room
        for place, (number, size) in enumerate(sizes.fetchall()):
            left -= size
            if place >= most or (left < 0 and place > 0):
                self._database.execute("DELETE FROM log_gradings WHERE number <= ?", (number,))
                return

    def drop(self, grading: str) -> bool:
        """Forget a grading with its logs; tell whether there was one."""
        with self._lock:
            gone = self._database.execute("DELETE FROM log_gradings WHERE id = ?", (grading,))
        return gone.rowcount > 0

    def grading(self, grading: str) -> bytes | None:
        """Return a stored grading as JSON packed by gzip, if there is one of that name."""
        row = self._database.execute("SELECT grading FROM log_gradings WHERE id = ?", (grading,))
        found = row.fetchone()
        return found[0] if found else None

    def knows(self, log: str) -> bool:
        """Tell whether a log is stored."""
        row = self._database.execute("SELECT 1 FROM logs WHERE id = ?", (log,))
        return row.fetchone() is not None

    def shown(self, log: str) -> Shown | None:
        """Return what a replay of a log shows, if there is such a log."""
        row = self._database.execute("SELECT shown FROM logs WHERE id = ?", (log,)).fetchone()
        return read_shown(zlib.decompress(row[0])) if row else None

    def length(self, log: str) -> int:
        """Return how many lines of a log are stored."""
        row = self._database.execute("SELECT sum(lines) FROM log_pieces WHERE log = ?", (log,))
        return row.fetchone()[0] or 0

    def pieces(
        self, log: str, first: int = 1, last: int | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """Yield the pieces in which lines ``first`` to ``last`` stand, each with its first line."""
        rows = self._database.execute(
            "SELECT first FROM log_pieces WHERE log = ? AND first + lines > ? AND first <= ? "
            "ORDER BY first",
            (log, first, 2**62 if last is None else last),
        )
        for (number,) in rows.fetchall():
            row = self._database.execute(
                "SELECT data FROM log_pieces WHERE log = ? AND first = ?", (log, number)
            ).fetchone()
            if row:  # else it was dropped meanwhile
                yield number, zlib.decompress(row[0])
