"""Where ranks and shells leave what they ask of a fleet, and find the answers.

Ray calls actors, not drivers: so this small actor lies between them. It carries numbers and places,
never groups, and holds nothing that the record does not.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ray

NAMESPACE = "coppice"
"""The namespace of Ray in which fleets are found by name."""


@dataclass(frozen=True)
class Asked:
    """A question: ``kind`` names it, ``rank`` asks, -1 where it is no rank."""

    number: int
    kind: str
    rank: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What became of it: a value, or the name of a fault and its message."""

    value: Any = None
    fault: str = ""
    message: str = ""


class _Desk:
    """Holds questions until the driver takes them, and answers until who asked has them."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = dict(facts)
        self._numbers = itertools.count()
        self._asked: list[Asked] = []
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._some = asyncio.Event()

    async def facts(self) -> Mapping[str, Any]:
        """Returns what a rank needs in order to fetch groups."""
        return self._facts

    async def ask(self, kind: str, rank: int, body: Mapping[str, Any]) -> Answer:
        """Waits for the driver's answer; whoever asks gives up by itself."""
        number = next(self._numbers)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        self._asked.append(Asked(number, kind, rank, body))
        self._some.set()
        try:
            return await future
        finally:
            self._answers.pop(number, None)

    async def heard(self, wait_s: float) -> list[Asked]:
        """Gives the driver what was asked since its last call, at the latest after a while."""
        try:
            await asyncio.wait_for(self._some.wait(), wait_s)
        except asyncio.TimeoutError:
            return []
        self._some.clear()
        asked, self._asked = self._asked, []
        return asked

    async def answer(self, answers: Mapping[int, Answer]) -> None:
        """Hands out answers; one that nobody waits for any more is dropped."""
        for number, answer in answers.items():
            future = self._answers.get(number)
            if future is not None and not future.done():
                future.set_result(answer)


Desk = ray.remote(num_cpus=0, max_concurrency=1000, max_restarts=0)(_Desk)
