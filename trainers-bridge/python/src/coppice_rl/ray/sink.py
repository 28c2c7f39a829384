"""What the fleet must not forget: which groups were asked for, and which the trainer has.

One SQLite file, each change a transaction that is on the disk before anybody hears of it. A driver
that died begins again from it: what is open is issued again, what has ended never is.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coppice_rl.errors import FormatError

FORMAT = "coppice.fleet/2"
OPEN, ACKNOWLEDGED, DROPPED = 0, 1, 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (
    id INTEGER PRIMARY KEY, task INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
    engine TEXT, machine TEXT, life TEXT, reason TEXT, tokens INTEGER, paths INTEGER,
    draws INTEGER, scored INTEGER, reward REAL, lesson TEXT);
CREATE INDEX IF NOT EXISTS open_groups ON groups (id) WHERE state = 0;
CREATE TABLE IF NOT EXISTS requests (
    name TEXT PRIMARY KEY, first INTEGER NOT NULL, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lives (
    owner TEXT NOT NULL, began REAL NOT NULL, machine TEXT NOT NULL, heard REAL NOT NULL,
    counters TEXT NOT NULL, PRIMARY KEY (owner, began));
"""


@dataclass(frozen=True)
class Weights:
    """Weights that were published: their version, their folder, their digest."""

    version: int
    folder: str
    sha256: str


@dataclass(frozen=True)
class Origin:
    """The engine a group came from, and its machine."""

    engine: str
    machine: str


@dataclass(frozen=True)
class Delivered:
    """What a group was when the trainer took it.

    ``life`` is the engine's, one of several where it was started again; ``tokens`` are those of the
    tree, each once; ``reward`` is the sum over the ``scored`` draws; ``lesson`` is what later groups
    learn from it, empty where nothing learns.
    """

    origin: Origin
    life: str
    tokens: int
    paths: int
    draws: int
    scored: int
    reward: float
    lesson: str = ""


@dataclass(frozen=True)
class Account:
    """Sums over acknowledged groups of one engine, or of all."""

    groups: int
    tokens: int
    paths: int
    draws: int
    scored: int
    reward: float

    @property
    def mean_reward(self) -> float:
        """The mean reward of a scored draw; NaN where there is none."""
        return self.reward / self.scored if self.scored else float("nan")

    def __add__(self, other: Account) -> Account:
        return Account(
            self.groups + other.groups,
            self.tokens + other.tokens,
            self.paths + other.paths,
            self.draws + other.draws,
            self.scored + other.scored,
            self.reward + other.reward,
        )


class Sink:
    """The record of one fleet in a folder.

    Any thread; one process at a time, which the file's lock sees to.
    """

    def __init__(self, folder: str | Path, *, reading: bool = False) -> None:
        """Opens the record of a folder, or begins one.

        :param reading: reads what a driver that has ended left, and changes nothing.
        :raises FormatError: if another process has it, or another format wrote it.
        """
        self.folder = Path(folder)
        if not reading:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._path = self.folder / "fleet.sqlite"
        self._lock = threading.Lock()
        # A reader needs the write-ahead log's files beside the record, which it may write.
        mode = "rw" if reading else "rwc"
        self._base = sqlite3.connect(
            f"{self._path.resolve().as_uri()}?mode={mode}",
            timeout=2,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        try:
            if reading:
                self._require_format()
            else:
                self._begin()
        except sqlite3.DatabaseError as fault:
            self._base.close()
            raise FormatError(
                f"{self._path} cannot be opened: {fault}; does another driver use this folder?"
            ) from fault

    def _begin(self) -> None:
        # The lock is taken with the first write and kept until the file is closed.
        self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(_SCHEMA)
        self._base.execute("BEGIN IMMEDIATE")
        self._base.execute("INSERT OR IGNORE INTO facts VALUES ('format', ?)", (FORMAT,))
        self._base.execute("COMMIT")
        self._require_format()

    def _require_format(self) -> None:
        written = self.fact("format")
        if written != FORMAT:
            raise FormatError(f"{self._path} has format {written}; this version reads {FORMAT}")

    def fact(self, name: str, default: str = "") -> str:
        """Returns what is noted under a name."""
        with self._lock:
            row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Notes something under a name."""
        with self._lock, _Transaction(self._base):
            self._put(name, value)

    def _put(self, name: str, value: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def submit(
        self, request: str, tasks: Sequence[int] | None, count: int, task_count: int
    ) -> tuple[range, bool]:
        """Numbers new groups.

        :param request: the same one again gives the same groups.
        :param tasks: their tasks, or None for the next ``count``, round and round.
        :returns: the numbers, and whether the request was known.
        """
        with self._lock, _Transaction(self._base):
            known = self._base.execute(
                "SELECT first, count FROM requests WHERE name = ?", (request,)
            ).fetchone()
            if known is not None:
                return range(known[0], known[0] + known[1]), True
            first = self._number("next")
            if tasks is None:
                cursor = self._number("cursor")
                tasks = [(cursor + place) % task_count for place in range(count)]
                self._put("cursor", str(cursor + count))
            numbers = range(first, first + len(tasks))
            self._base.executemany(
                "INSERT INTO groups (id, task) VALUES (?, ?)", zip(numbers, tasks)
            )
            self._base.execute(
                "INSERT INTO requests VALUES (?, ?, ?)", (request, first, len(tasks))
            )
            self._put("next", str(first + len(tasks)))
            return numbers, False

    def _number(self, name: str) -> int:
        row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def tasks(self, numbers: range) -> list[tuple[int, int]]:
        """Returns number and task of groups."""
        with self._lock:
            return [
                (int(number), int(task))
                for number, task in self._base.execute(
                    "SELECT id, task FROM groups WHERE id >= ? AND id < ? ORDER BY id",
                    (numbers.start, numbers.stop),
                )
            ]

    def open_groups(self) -> list[tuple[int, int]]:
        """Returns number and task of all groups that have not ended, in order."""
        with self._lock:
            return [
                (int(number), int(task))
                for number, task in self._base.execute(
                    "SELECT id, task FROM groups WHERE state = 0 ORDER BY id"
                )
            ]

    def acknowledge(
        self, groups: Iterable[tuple[int, Delivered | None]], weights: Weights | None = None
    ) -> tuple[list[int], list[int], list[int]]:
        """Notes that the trainer has groups for good, and in the same breath what it made of them.

        :param weights: published with them, or None.
        :returns: the groups that end now, those that had ended, those that are unknown.
        """
        ended, already, unknown = [], [], []
        with self._lock, _Transaction(self._base):
            for number, delivered in groups:
                state = self._state(number)
                if state is None:
                    unknown.append(number)
                elif state != OPEN:
                    already.append(number)
                else:
                    ended.append(number)
                    self._acknowledged(number, delivered)
            if weights is not None:
                self._publish(weights)
        return ended, already, unknown

    def _acknowledged(self, number: int, delivered: Delivered | None) -> None:
        what: tuple[object, ...] = (None,) * 9
        if delivered is not None:
            origin = delivered.origin
            what = (origin.engine, origin.machine, delivered.life, delivered.tokens)
            what += (delivered.paths, delivered.draws, delivered.scored, delivered.reward)
            what += (delivered.lesson or None,)
        self._base.execute(
            "UPDATE groups SET state = 1, engine = ?, machine = ?, life = ?, tokens = ?, paths = ?,"
            " draws = ?, scored = ?, reward = ?, lesson = ? WHERE id = ?",
            (*what, number),
        )

    def drop(self, number: int, origin: Origin | None, reason: str) -> bool:
        """Notes that a group will not come; false if it had ended already."""
        with self._lock, _Transaction(self._base):
            if self._state(number) != OPEN:
                return False
            self._base.execute(
                "UPDATE groups SET state = 2, engine = ?, machine = ?, reason = ? WHERE id = ?",
                (
                    origin.engine if origin else None,
                    origin.machine if origin else None,
                    reason,
                    number,
                ),
            )
            return True

    def _state(self, number: int) -> int | None:
        row = self._base.execute("SELECT state FROM groups WHERE id = ?", (number,)).fetchone()
        return None if row is None else int(row[0])

    def publish(self, weights: Weights) -> None:
        """Notes weights, before any engine hears of them."""
        with self._lock, _Transaction(self._base):
            self._publish(weights)

    def _publish(self, weights: Weights) -> None:
        self._put("version", str(weights.version))
        self._put("folder", weights.folder)
        self._put("sha256", weights.sha256)

    def weights(self) -> Weights | None:
        """Returns the newest weights, or None where none were published."""
        version = int(self.fact("version", "0"))
        if version == 0:
            return None
        return Weights(version, self.fact("folder"), self.fact("sha256"))

    def counts(self) -> dict[str, int]:
        """Counts groups: submitted, open, acknowledged, and dropped by reason."""
        with self._lock:
            rows = self._base.execute(
                "SELECT state, reason, COUNT(*) FROM groups GROUP BY state, reason"
            ).fetchall()
        counts = {"submitted": sum(int(row[2]) for row in rows), "open": 0, "acknowledged": 0}
        for state, reason, count in rows:
            name = {OPEN: "open", ACKNOWLEDGED: "acknowledged"}.get(state, f"dropped:{reason}")
            counts[name] = counts.get(name, 0) + int(count)
        return counts

    def accounts(self) -> dict[Origin, Account]:
        """Sums what was acknowledged by the engine it came from."""
        with self._lock:
            rows = self._base.execute(
                "SELECT engine, machine, COUNT(*), SUM(tokens), SUM(paths), SUM(draws), SUM(scored),"
                " SUM(reward) FROM groups WHERE state = 1 AND engine NOT NULL"
                " GROUP BY engine, machine ORDER BY engine, machine"
            ).fetchall()
        return {
            Origin(row[0], row[1]): Account(int(row[2]), int(row[3]), int(row[4]), int(row[5]), int(row[6]), float(row[7]))
            for row in rows
        }

    def groups(self) -> Iterator[tuple[object, ...]]:
        """Yields a row per group that has ended: number, task, state, engine, machine, life,
        reason, tokens, paths, draws, scored, reward."""
        with self._lock:
            yield from self._base.execute(
                "SELECT id, task, state, engine, machine, life, reason, tokens, paths, draws,"
                " scored, reward FROM groups WHERE state != 0 ORDER BY id"
            ).fetchall()

    def note_life(
        self, owner: str, machine: str, began: float, counters: Mapping[str, int]
    ) -> None:
        """Notes what an engine has counted so far; what it did after its last note is not known."""
        with self._lock, _Transaction(self._base):
            self._base.execute(
                "INSERT OR REPLACE INTO lives VALUES (?, ?, ?, ?, ?)",
                (owner, began, machine, time.time(), json.dumps(dict(counters))),
            )

    def lives(self) -> list[tuple[str, str, float, float, dict[str, int]]]:
        """Returns owner, machine, first and last second heard, and counters of every life."""
        with self._lock:
            rows = self._base.execute(
                "SELECT owner, machine, began, heard, counters FROM lives ORDER BY began, owner"
            ).fetchall()
        return [(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._base.close()


class _Transaction:
    """All of it or nothing, and durable when it is left."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def __enter__(self) -> None:
        self._base.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, fault: object, trace: object) -> None:
        self._base.execute("COMMIT" if kind is None else "ROLLBACK")
