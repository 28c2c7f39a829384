"""Who grows which groups: engines pull leases as they have room, and lose them when they are lost.

::

    waiting --lease--> leased to one engine --arrives--> in hand --ended--> gone
       ^                     |                              |
       +------ revoke -------+---------- revoke, stale -----+
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from heapq import heappop, heappush

_LOOK_AHEAD = 64
"""How far past the oldest group an engine looks for tasks whose prompts it has in its cache."""

Lease = tuple[int, list[int]]
"""The number of a first group, and the tasks of it and of those that follow in a row."""


class Issuer:
    """Holds every group that has not ended in exactly one place. Any thread."""

    def __init__(self, limit: int) -> None:
        """Begins with nothing.

        :param limit: most groups that may be leased and not ended: (staleness + 1) x batch.
        """
        self.limit = limit
        self.paused = False
        self._lock = threading.Lock()
        self._tasks: dict[int, int] = {}
        self._waiting: list[int] = []  # a heap: the oldest first, also after it came back
        self._leased: dict[int, str] = {}
        self._owed: dict[str, set[int]] = {}  # the same by engine
        self._in_hand: set[int] = set()
        self._homes: dict[int, str] = {}

    def widen(self, limit: int) -> None:
        """Lets more groups out, where a trainer takes larger batches than was said at first."""
        with self._lock:
            self.limit = max(self.limit, limit)

    def add(self, groups: Iterable[tuple[int, int]]) -> None:
        """Takes groups that wait to be grown: number and task."""
        with self._lock:
            for number, task in groups:
                self._tasks[number] = task
                heappush(self._waiting, number)

    def lease(self, engine: str, most: int) -> list[Lease]:
        """Gives an engine groups that wait, in runs of numbers that follow each other.

        The oldest come first, but a task that an engine grew before goes there again where it asks
        soon: its prompt is in that engine's cache. Nothing waits for that: an engine with room that
        finds no task of its own takes the oldest of the others'.
        """
        with self._lock:
            room = self.limit - len(self._leased) - len(self._in_hand)
            count = 0 if self.paused else max(0, min(most, room, len(self._waiting)))
            leases: list[Lease] = []
            for number in self._chosen(engine, count):
                self._leased[number] = engine
                self._owed.setdefault(engine, set()).add(number)
                self._homes[self._tasks[number]] = engine
                if leases and leases[-1][0] + len(leases[-1][1]) == number:
                    leases[-1][1].append(self._tasks[number])
                else:
                    leases.append((number, [self._tasks[number]]))
            return leases

    def _chosen(self, engine: str, count: int) -> list[int]:
        """Takes groups from those that wait: of tasks known here or nowhere, then of others."""
        if count == 0:
            return []
        seen = [heappop(self._waiting) for _ in range(min(count + _LOOK_AHEAD, len(self._waiting)))]
        elsewhere = [n for n in seen if self._homes.get(self._tasks[n], engine) != engine]
        fitting = [n for n in seen if self._homes.get(self._tasks[n], engine) == engine]
        chosen = sorted((fitting + elsewhere)[:count])
        for number in set(seen).difference(chosen):
            heappush(self._waiting, number)
        return chosen

    def leased(self, engine: str) -> list[int]:
        """Returns the groups an engine owes."""
        with self._lock:
            return sorted(self._owed.get(engine, ()))

    def arrived(self, engine: str, number: int) -> bool:
        """Takes a group into hand; false where the engine has no lease of it any more."""
        with self._lock:
            if self._leased.get(number) != engine:
                return False
            self._let_go(number)
            self._in_hand.add(number)
            return True

    def _let_go(self, number: int) -> None:
        engine = self._leased.pop(number, None)
        if engine is not None:
            self._owed[engine].discard(number)

    def revoke(self, engine: str) -> list[int]:
        """Takes back what an engine owes; it waits again and goes to others."""
        with self._lock:
            numbers = sorted(self._owed.pop(engine, ()))
            for number in numbers:
                del self._leased[number]
                heappush(self._waiting, number)
            self._homes = {task: home for task, home in self._homes.items() if home != engine}
            return numbers

    def again(self, number: int) -> None:
        """Has a group that is leased or in hand grown once more."""
        with self._lock:
            if number in self._tasks:
                self._let_go(number)
                self._in_hand.discard(number)
                heappush(self._waiting, number)

    def ended(self, numbers: Iterable[int]) -> None:
        """Forgets groups that have ended, wherever they are."""
        with self._lock:
            gone = set(numbers)
            for number in gone:
                self._tasks.pop(number, None)
                self._let_go(number)
                self._in_hand.discard(number)
            if gone.intersection(self._waiting):
                self._waiting = sorted(set(self._waiting) - gone)

    def standing(self) -> tuple[int, int, int]:
        """Counts the groups that wait, that are leased, that are in hand."""
        with self._lock:
            return len(self._waiting), len(self._leased), len(self._in_hand)
