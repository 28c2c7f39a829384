"""What learns from groups gives the same on one engine and on two, one of them killed."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LAUNCHER, PROJECT

import coppice_rl
from coppice_rl.connection import Connection

GROUPS = 12
TASKS = 3
BEHIND = 4
WAIT_S = 60.0
LOOK_S = 0.01
OVERRIDES = {
    "run.journal": "false",
    "run.seed": 23,
    "task.count": TASKS,
    "task.repeats": 1,
    "limits.new-tokens": 64,
    "model.threads": 1,
    "tree.coalesce": "false",
    "tree.policy": "two-stage",
    "tree.two-stage.block": 2,
    "tree.trees": 3,
    "budget.allocation": "history",
    "budget.history.small": 2,
    "budget.history.large": 4,
    "credit.estimators": "turn-share",
    "bridge.batch": GROUPS,
    "bridge.learn-behind": BEHIND,
}


class Member:
    """An engine process of a fleet, driven by raw actions."""

    def __init__(self, out: Path) -> None:
        self.engine = coppice_rl.Engine.start(
            PROJECT / "examples" / "countdown.toml",
            out=out,
            coppice=LAUNCHER,
            overrides=OVERRIDES,
            timeout_s=WAIT_S,
        )
        self.connection = Connection(self.engine.location)
        self.leased: list[int] = []

    def lease(self, number: int) -> None:
        """Submits one group under the fleet's number."""
        body = {"request": f"{number}", "tasks": [number % TASKS], "first": number}
        assert self.action("submit", body)["groups"] == [number]
        self.leased.append(number)

    def action(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Calls an action."""
        return self.connection.action(name, body, WAIT_S)

    def lessons(self) -> dict[int, dict[str, Any]]:
        """What the groups leased here taught so far."""
        answer = self.action("lessons", {"groups": self.leased})
        found = {lesson["group"]: lesson for lesson in answer["lessons"]}
        assert sorted([*found, *answer["unknown"]]) == sorted(self.leased)
        return found

    def ended(self) -> None:
        """Waits until every group has ended."""
        deadline = time.monotonic() + WAIT_S
        while True:
            counts = self.engine.status().counts
            if counts.queued + counts.in_flight == 0:
                return
            assert time.monotonic() < deadline, counts
            time.sleep(LOOK_S)

    def take(self, total: int) -> dict[int, tuple[bytes, ...]]:
        """Takes groups, as the bytes that must be equal everywhere."""
        taken = {}
        for batch in self.engine.batches(groups=4, total=total):
            for group in batch:
                assert group.advantages.values.tobytes()
                taken[group.outcomes.group] = tuple(
                    part.tobytes()
                    for part in (
                        group.parent,
                        group.path_weight,
                        group.tokens.values,
                        group.logprobs.values,
                        group.loss_mask.values,
                        group.advantages.values,
                    )
                )
            self.engine.ack(batch)
        return taken


@contextlib.contextmanager
def member(out: Path) -> Iterator[Member]:
    started = Member(out)
    try:
        yield started
    finally:
        started.connection.close()
        started.engine.close()


def pass_on(source: Member, to: Member, told: set[int]) -> None:
    """Tells an engine what groups of another taught, each once."""
    fresh = [
        lesson for number, lesson in source.lessons().items() if number not in told
    ]
    assert to.action("learn", {"lessons": fresh}) == {
        "learned": len(fresh),
        "already": 0,
    }
    assert to.action("learn", {"lessons": fresh}) == {
        "learned": 0,
        "already": len(fresh),
    }
    told.update(lesson["group"] for lesson in fresh)


def test_two_engines_that_learn_give_the_groups_of_one(
    built: None, tmp_path: Path
) -> None:
    with member(tmp_path) as first, member(tmp_path) as second:
        status = first.action("status", {})
        assert (status["learns"], status["learn_behind"]) == (
            "credit.estimators",
            BEHIND,
        )
        for number in range(GROUPS):
            (second if number % 3 == 1 else first).lease(number)
        with pytest.raises(coppice_rl.RefusedError, match="leased here"):
            last = {"group": first.leased[-1], "outcome": None, "told": {}}
            first.action("learn", {"lessons": [last]})
        told: set[int] = set()
        deadline = time.monotonic() + WAIT_S
        while len(told & set(second.leased)) < 2:
            pass_on(first, second, told)
            pass_on(second, first, told)
            assert time.monotonic() < deadline, told
            time.sleep(LOOK_S)
        process = second.engine.process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        for number in second.leased:
            first.lease(number)
        first.ended()
        counts = first.engine.status().counts
        fleet = first.take(counts.sealed + counts.offered)
    with member(tmp_path) as alone:
        for number in range(GROUPS):
            alone.lease(number)
        alone.ended()
        counts = alone.engine.status().counts
        assert alone.take(counts.sealed + counts.offered) == fleet
    assert len({len(parts[0]) for parts in fleet.values()}) > 1, "all of one shape"
