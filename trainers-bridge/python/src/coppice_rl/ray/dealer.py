"""The driver's side of the desk: deals groups to ranks, and does what shells ask for."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ray

from coppice_rl.errors import EngineError
from coppice_rl.ray.dealing import dealt
from coppice_rl.ray.desk import NAMESPACE, Answer, Asked, Desk
from coppice_rl.ray.files import WeightsFiles, install
from coppice_rl.ray.shard import Attached
from coppice_rl.ray.sink import Weights
from coppice_rl.ray.standing import Arrived

if TYPE_CHECKING:
    from coppice_rl.ray.driver import Fleet

_LISTEN_S = 0.05


class Dealer(threading.Thread):
    """Answers what is asked at the desk, one question after the other.

    A batch is dealt when every rank has asked for one and there are groups for all of them, so that
    ranks that train in step stay in step. New weights wait likewise for the last rank.
    """

    def __init__(self, fleet: Fleet, name: str) -> None:
        super().__init__(name="coppice-dealer", daemon=True)
        self.world = 0
        self.asked_to_stop = threading.Event()
        self._fleet = fleet
        self._facts = {
            "name": name,
            "token": fleet.authority.token,
            "root": fleet.authority.root,
            "base": None if fleet.base is None else str(fleet.base),
        }
        self._desk = Desk.options(name=name, namespace=NAMESPACE).remote(self._facts)
        ray.get(self._desk.facts.remote())
        self._takes: dict[int, Asked] = {}
        self._more: list[Asked] = []
        self._steps: dict[int, Asked] = {}
        self._sessions: dict[int, str] = {}
        self._left: dict[int, list[Arrived]] = {}
        self._answers: dict[int, Answer] = {}
        self._closed = False

    def attached(self) -> Attached:
        """Returns what another process sees of the fleet."""
        return Attached(self._desk, self._facts)

    def close(self) -> None:
        """Ends the desk; whoever waits there learns it from Ray."""
        self._closed = True
        self.join(timeout=5)
        with contextlib.suppress(Exception):
            ray.kill(self._desk)

    def run(self) -> None:
        while not self._closed:
            try:
                asked = ray.get(self._desk.heard.remote(_LISTEN_S))
            except ray.exceptions.RayError:
                return  # Ray ends, and the fleet with it.
            for question in asked:
                self._hear(question)
            self._deal()
            if self._answers:
                answers, self._answers = self._answers, {}
                self._desk.answer.remote(answers)

    def _hear(self, asked: Asked) -> None:
        handler: Callable[[Asked], Any] | None = getattr(self, f"_on_{asked.kind}", None)
        try:
            if handler is None:
                raise ValueError(f"a fleet cannot {asked.kind}")
            value = handler(asked)
        except (EngineError, ValueError, OSError, IndexError) as fault:
            self._answers[asked.number] = Answer(fault=type(fault).__name__, message=str(fault))
            return
        if value is not _LATER:
            self._answers[asked.number] = Answer(value)

    # What ranks ask.

    def _on_hello(self, asked: Asked) -> None:
        """A rank begins: what one before it had and did not acknowledge is its first batch.

        The others wait with the batches that were dealt beside that one.
        """
        world = int(asked.body["world"])
        if not 0 <= asked.rank < world:
            raise ValueError(f"rank={asked.rank} must be 0 to {world - 1}, world={world}")
        if world != self.world:
            self._sessions.clear()
            self._takes.clear()
            self._steps.clear()
            self._fleet.hand_back(lambda item: True)
            self.world = world
        if self._sessions.get(asked.rank) != asked.body["session"]:
            self._sessions[asked.rank] = asked.body["session"]
            self._takes.pop(asked.rank, None)
            self._steps.pop(asked.rank, None)
            self._more = [more for more in self._more if more.rank != asked.rank]
            self._left[asked.rank] = self._fleet.left_by(asked.rank)

    def _on_take(self, asked: Asked) -> Any:
        self._require_session(asked)
        left = self._left.pop(asked.rank, [])
        if left:
            return _places(left)
        self._takes[asked.rank] = asked
        size, update = int(asked.body["size"]), int(asked.body["update"])
        if any(take.body["size"] != size for take in self._takes.values()):
            sizes = {rank: take.body["size"] for rank, take in sorted(self._takes.items())}
            del self._takes[asked.rank]
            raise ValueError(f"all ranks must take batches of one size, not {sizes}")
        self._fleet.widen(update * self.world)
        return _LATER

    def _on_more(self, asked: Asked) -> Any:
        """A rank could not fetch some groups: they are grown again, and it gets others."""
        self._require_session(asked)
        self._fleet.lost(asked.body["lost"])
        self._more.append(asked)
        return _LATER

    def _on_fetched(self, asked: Asked) -> None:
        self._fleet.fetched(asked.body["groups"])

    def _on_release(self, asked: Asked) -> None:
        numbers = set(asked.body["groups"])
        self._fleet.hand_back(lambda item: item.number in numbers)

    def _on_ack(self, asked: Asked) -> Any:
        return self._fleet.end(list(asked.body["groups"]), None, asked.body["groups"])

    def _on_step(self, asked: Asked) -> Any:
        """Ends an update when all ranks have: their groups and the new weights in one record."""
        self._require_session(asked)
        self._steps[asked.rank] = asked
        if len(self._steps) < self.world:
            return _LATER
        steps, self._steps = list(self._steps.values()), {}
        try:
            version = self._stepped(steps)
        except (EngineError, ValueError, OSError) as fault:
            told = Answer(fault=type(fault).__name__, message=str(fault))
        else:
            told = Answer(version)
        self._answers.update({step.number: told for step in steps})
        return _LATER

    def _stepped(self, steps: list[Asked]) -> int:
        weights = [step.body["weights"] for step in steps if step.body["weights"] is not None]
        if len(weights) != 1:
            raise ValueError(f"one rank gives the new weights, not {len(weights)}")
        made, files = self._made(weights[0])
        facts = {number: told for step in steps for number, told in step.body["groups"].items()}
        self._fleet.end(list(facts), made, facts)
        return self._fleet.spread(made, files)

    def _made(self, told: Mapping[str, Any]) -> tuple[Weights, WeightsFiles]:
        files: WeightsFiles = told["files"]
        follows = self._fleet.policy_version + 1
        if told["version"] != follows:
            raise ValueError(f"version={told['version']} must be {follows}")
        parent = self._fleet.folder.resolve() / "weights"
        folder = install(parent, files.name, files.small, ray.get(files.content))
        return Weights(follows, folder, told["sha256"]), files

    def _on_publish(self, asked: Asked) -> int:
        made, files = self._made(asked.body["weights"])
        self._fleet.sink.publish(made)
        return self._fleet.spread(made, files)

    def _require_session(self, asked: Asked) -> None:
        if self._sessions.get(asked.rank) != asked.body["session"]:
            raise ValueError(f"rank {asked.rank} was taken over by another process")

    # What anybody asks.

    def _on_submit(self, asked: Asked) -> list[int]:
        body = asked.body
        return self._fleet.submit(body["tasks"], count=body["count"], request=body["request"])

    def _on_status(self, asked: Asked) -> Any:
        return self._fleet.status()

    def _on_pause(self, asked: Asked) -> Any:
        return self._fleet.pause()

    def _on_resume(self, asked: Asked) -> Any:
        return self._fleet.resume()

    def _on_join(self, asked: Asked) -> int:
        return self._fleet.join()

    def _on_drain(self, asked: Asked) -> Any:
        self._aside(asked, lambda: self._fleet.drain(asked.body["place"], asked.body["timeout_s"]))
        return _LATER

    def _on_restart(self, asked: Asked) -> Any:
        self._aside(asked, lambda: self._fleet.restart(asked.body["place"], asked.body["timeout_s"]))
        return _LATER

    def _on_stop(self, asked: Asked) -> None:
        self.asked_to_stop.set()

    def _aside(self, asked: Asked, work: Callable[[], None]) -> None:
        """Does in a thread of its own what takes as long as groups take."""

        def run() -> None:
            try:
                work()
                told = Answer()
            except (EngineError, ValueError, IndexError) as fault:
                told = Answer(fault=type(fault).__name__, message=str(fault))
            self._desk.answer.remote({asked.number: told})

        threading.Thread(target=run, name=f"coppice-{asked.kind}", daemon=True).start()

    # Dealing.

    def _deal(self) -> None:
        for asked in list(self._more):
            items = self._fleet.take_ready(int(asked.body["size"]))
            if items is not None:
                self._more.remove(asked)
                self._give(asked, items)
            elif self._is_late(asked):
                self._more.remove(asked)
                self._say_late(asked)
        if self.world and len(self._takes) == self.world and not self._more:
            self._deal_round()

    def _deal_round(self) -> None:
        takes = dict(sorted(self._takes.items()))
        size = int(next(iter(takes.values())).body["size"])
        items = self._fleet.take_ready(size * self.world)
        if items is not None:
            self._takes.clear()
            hands = dealt([item.tokens for item in items], self.world, size)
            for (_, asked), hand in zip(takes.items(), hands):
                self._give(asked, [items[place] for place in hand], last=not items)
            return
        late = [asked for asked in takes.values() if self._is_late(asked)]
        for asked in late:
            del self._takes[asked.rank]
            self._say_late(asked)

    def _is_late(self, asked: Asked) -> bool:
        return time.time() >= float(asked.body["until"])

    def _say_late(self, asked: Asked) -> None:
        text = f"{asked.body['size']} groups for each rank did not come: {self._fleet.last_event()}"
        self._answers[asked.number] = Answer(fault="EngineTimeoutError", message=text)

    def _give(self, asked: Asked, items: list[Arrived], last: bool = False) -> None:
        for item in items:
            item.rank = asked.rank
        self._answers[asked.number] = Answer(_places(items, last))


def _places(items: list[Arrived], last: bool = False) -> dict[str, Any]:
    return {"groups": [(item.number, item.location) for item in items], "last": last}


_LATER: Any = object()
