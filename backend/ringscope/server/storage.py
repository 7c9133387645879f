"""Storage: scenarios, runs and grades in one SQLite file.

A run is stored as its inputs only; everything else can be computed again.  Each change is on the
disk before the call returns, so a killed server loses nothing but the last second of progress.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ringscope.server.log_storage import LogStorage
from ringscope.server.wire import Grading, RunGrade, RunState

_SCHEMA = """
CREATE TABLE IF NOT EXISTS scenarios (
    name TEXT PRIMARY KEY, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL,
    name TEXT NOT NULL, scenario TEXT NOT NULL, seed TEXT NOT NULL,
    tick INTEGER NOT NULL, state TEXT NOT NULL, speed REAL NOT NULL,
    created TEXT NOT NULL, error TEXT
);
CREATE TABLE IF NOT EXISTS actions (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    line TEXT NOT NULL, PRIMARY KEY (run, number)
);
CREATE TABLE IF NOT EXISTS grades (
    run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE, grade BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS gradings (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT UNIQUE NOT NULL, grading BLOB NOT NULL
);
"""
#: So many gradings are kept, the latest.
_GRADINGS_KEPT = 100


class StoredRun(msgspec.Struct, frozen=True):
    """The inputs of a run and how far it has come; ``actions`` are lines with their ticks."""

    id: str
    name: str
    scenario: str
    seed: int
    tick: int
    state: RunState
    speed: float
    created: str
    error: str | None = None
    actions: Sequence[str] = ()


class InUseError(Exception):
    """Another server keeps its runs in this folder."""


class Storage:
    """One database file in ``folder``, which is made if need be.

    It is locked until `close`, or the end of the process: two servers would advance the same runs.
    Raises `InUseError` if another has it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(
            folder / "ringscope.sqlite", timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._open()
        except sqlite3.OperationalError as error:
            self._database.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise InUseError(f"another server uses the folder {folder}") from None
        self.logs = LogStorage(self._database)

    def _open(self) -> None:
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA foreign_keys = ON")
        self._database.executescript(_SCHEMA)
        self._database.execute("UPDATE runs SET state = 'paused' WHERE state = 'running'")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # --- scenarios -------------------------------------------------------------------------------

    def scenarios(self) -> dict[str, str]:
        """Return the text of every uploaded scenario by name."""
        return dict(self._database.execute("SELECT name, text FROM scenarios ORDER BY name"))

    def scenario(self, name: str) -> str | None:
        """Return the text of the uploaded scenario of that name, if there is one."""
        row = self._database.execute("SELECT text FROM scenarios WHERE name = ?", (name,))
        found = row.fetchone()
        return found[0] if found else None

    def keep_scenario(self, name: str, text: str) -> None:
        """Store a scenario, in place of one of that name."""
        self._database.execute("INSERT OR REPLACE INTO scenarios VALUES (?, ?)", (name, text))

    def drop_scenario(self, name: str) -> None:
        """Forget a scenario."""
        self._database.execute("DELETE FROM scenarios WHERE name = ?", (name,))

    # --- runs ------------------------------------------------------------------------------------

    def runs(self) -> list[StoredRun]:
        """Return every run, newest first."""
        return [self._run(row) for row in self._database.execute(_RUN + "ORDER BY number DESC")]

    def run(self, run: str) -> StoredRun | None:
        """Return the run with this id, if there is one."""
        row = self._database.execute(_RUN + "WHERE id = ?", (run,)).fetchone()
        return self._run(row) if row else None

    def add_run(self, run: StoredRun) -> None:
        """Store a new run."""
        self._database.execute(
            "INSERT INTO runs (id, name, scenario, seed, tick, state, speed, created, error) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (run.id, run.name, run.scenario, str(run.seed), run.tick, run.state, run.speed,
             run.created, run.error),
        )  # fmt: skip

    def update_run(
        self, run: str, tick: int, state: RunState, speed: float, error: str | None = None
    ) -> None:
        """Store how far a run has come."""
        self._database.execute(
            "UPDATE runs SET tick = ?, state = ?, speed = ?, error = ? WHERE id = ?",
            (tick, state, speed, error, run),
        )

    def add_action(self, run: str, number: int, line: str) -> None:
        """Store the action with this number, counted from 0, of a run."""
        self._database.execute("INSERT INTO actions VALUES (?, ?, ?)", (run, number, line))

    def drop_run(self, run: str) -> None:
        """Forget a run with its actions and grade."""
        self._database.execute("DELETE FROM runs WHERE id = ?", (run,))

    def _run(self, row: tuple[str, str, str, str, int, RunState, float, str, str]) -> StoredRun:
        run, name, scenario, seed, tick, state, speed, created, error = row
        actions = self._database.execute(
            "SELECT line FROM actions WHERE run = ? ORDER BY number", (run,)
        )
        lines = tuple(line for (line,) in actions)
        return StoredRun(run, name, scenario, int(seed), tick, state, speed, created, error, lines)

    # --- grades ----------------------------------------------------------------------------------

    def keep_grade(self, grade: RunGrade) -> None:
        """Store the grade of a run, in place of an earlier one."""
        self._database.execute(
            "INSERT OR REPLACE INTO grades VALUES (?, ?)", (grade.run, msgspec.json.encode(grade))
        )

    def grade(self, run: str) -> RunGrade | None:
        """Return the stored grade of a run, if there is one."""
        row = self._database.execute("SELECT grade FROM grades WHERE run = ?", (run,)).fetchone()
        return msgspec.json.decode(row[0], type=RunGrade) if row else None

    def keep_grading(self, grading: Grading) -> None:
        """Store a grading, in place of what was known of it before; the oldest make room."""
        self._database.execute(
            "INSERT INTO gradings (job, grading) VALUES (?, ?) "
            "ON CONFLICT (job) DO UPDATE SET grading = excluded.grading",
            (grading.job, msgspec.json.encode(grading)),
        )
        self._database.execute(
            "DELETE FROM gradings WHERE number <= (SELECT max(number) FROM gradings) - ?",
            (_GRADINGS_KEPT,),
        )

    def grading(self, job: str) -> Grading | None:
        """Return a stored grading, if there is one of that name."""
        row = self._database.execute("SELECT grading FROM gradings WHERE job = ?", (job,))
        found = row.fetchone()
        return msgspec.json.decode(found[0], type=Grading) if found else None

    def gradings(self) -> list[Grading]:
        """Return every stored grading, oldest first."""
        rows = self._database.execute("SELECT grading FROM gradings ORDER BY number").fetchall()
        return [msgspec.json.decode(grading, type=Grading) for (grading,) in rows]


_RUN = "SELECT id, name, scenario, seed, tick, state, speed, created, error FROM runs "
