"""The driver's side of one engine: starts it, leases groups to it, takes what it grew.

A link lives as long as its place in the fleet; its engine may die and be started again, each life
under an owner's name of its own, so that what an earlier life sends is known for what it is.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import ray

from coppice_rl.connection import Connection, Retry
from coppice_rl.errors import EngineError, EngineTimeoutError, StoppedError, UnreachableError
from coppice_rl.header import Header
from coppice_rl.ray.actor import EngineActor, EngineSpec
from coppice_rl.ray.files import WeightsFiles
from coppice_rl.ray.issuer import Issuer
from coppice_rl.ray.sink import Origin, Weights
from coppice_rl.ray.tls import Authority
from coppice_rl.rows import PackedGroup
from coppice_rl.stream import GroupSource, Wish

_RECEIVE_S = 0.05
_LOOK_S = 0.5
_NOTICE_S = 0.02
_COUNT_S = 5.0
_PAUSE_S = (0.2, 5.0)
_RETRY = Retry(attempts=2, first_s=0.05, most_s=0.2)


@dataclass(frozen=True)
class Timeouts:
    """How long the fleet waits for what, in seconds."""

    lease_s: float = 5.0
    """An engine that says nothing for so long is lost: its groups go to others."""

    ready_s: float = 600.0
    """The most the start of an engine may take; the first one of a checkout builds it."""

    publish_s: float = 120.0
    """The most an engine may take to sample from new weights."""


@dataclass(frozen=True)
class Sealed:
    """A group that is whole and waits at its engine; ``tokens`` counts those of the tree."""

    number: int
    tokens: int
    oldest_version: int


class Hub(Protocol):
    """What a link needs of its fleet."""

    issuer: Issuer
    spec: EngineSpec
    authority: Authority
    timeouts: Timeouts
    options: Mapping[str, Any]

    def share(self) -> int:
        """Returns how many groups one engine should have."""

    def newer(self, version: int) -> tuple[Weights, WeightsFiles] | None:
        """Returns the weights after a version, or None where there are none."""

    def newest(self) -> tuple[Weights, WeightsFiles] | None:
        """Returns the newest weights, or None where the model's own are."""

    def deliver(self, link: Link, groups: list[PackedGroup], header: Header) -> None:
        """Takes what arrived."""

    def sealed(self, link: Link, groups: list[Sealed]) -> None:
        """Learns of groups that wait to be fetched."""

    def deals(self) -> bool:
        """Whether ranks fetch groups themselves."""

    def owes(self, owner: str) -> bool:
        """Whether an engine has groups that are yet to be fetched."""

    def life_ended(self, owner: str) -> None:
        """Learns that an engine is gone, with what it had."""

    def counted(self, link: Link, counters: Mapping[str, int]) -> None:
        """Learns what an engine has counted so far."""

    def ended_there(self, link: Link, numbers: list[int]) -> None:
        """Learns that an engine dropped groups."""

    def note(self, link: Link, text: str, *, lost: bool = False) -> None:
        """Notes for people what happened to an engine."""

    def moved(self) -> None:
        """Learns that some link's standing changed."""


class Link(threading.Thread):
    """One place of the fleet."""

    def __init__(self, hub: Hub, index: int) -> None:
        super().__init__(name=f"coppice-engine-{index}", daemon=True)
        self.index = index
        self.owner = f"engine-{index}.0"
        self.machine = ""
        self.version = 0
        self.ready = False
        self.tasks: int | None = None
        self.model = ""
        self.began = 0.0
        self.hello: dict[str, Any] = {}
        self.actor: Any = None
        self.actor_pid = 0
        self.lives = 0
        self.draining = False
        self.renewing = False
        self.closing = False
        self._hub = hub
        self._to_ack: set[int] = set()
        self._lock = threading.Lock()

    @property
    def origin(self) -> Origin:
        """Where its groups come from."""
        return Origin(f"engine-{self.index}", self.machine)

    def standing(self) -> dict[str, Any]:
        """Says how it stands, for people."""
        return {
            "engine": self.origin.engine,
            "machine": self.machine,
            "ready": self.ready,
            "version": self.version,
            "lives": self.lives,
            "leased": len(self._hub.issuer.leased(self.owner)),
            "draining": self.draining,
            "pid": self.hello.get("pid"),
            "server_pid": self.hello.get("server_pid"),
            "actor_pid": self.actor_pid,
        }

    def forget_weights(self, names: list[str]) -> None:
        """Has old weights deleted on its machine. Any thread."""
        actor = self.actor
        if actor is not None and self.ready and names:
            with contextlib.suppress(ray.exceptions.RayError):
                actor.forget.remote(names)

    def let_go(self, numbers: list[int]) -> None:
        """Has the engine told that groups are not needed any more. Any thread."""
        with self._lock:
            self._to_ack.update(numbers)

    def leave(self) -> None:
        """Ends the engine now; one that is still starting is not waited for. Any thread."""
        self.closing = True
        actor = self.actor
        if actor is not None and not self.ready:
            with contextlib.suppress(Exception):
                ray.kill(actor)

    def run(self) -> None:
        """Lives one life of the engine after the other."""
        pause_s = _PAUSE_S[0]
        while not self._is_over():
            began = time.monotonic()
            try:
                self._live()
            except (EngineError, ray.exceptions.RayError, OSError, ValueError) as fault:
                self._hub.note(self, f"{type(fault).__name__}: {fault}", lost=True)
            finally:
                self._end_life()
            if time.monotonic() - began > 10 * _PAUSE_S[1]:
                pause_s = _PAUSE_S[0]
            if not self._is_over():
                time.sleep(pause_s)
                pause_s = min(_PAUSE_S[1], 2 * pause_s)
        self._hub.moved()

    def _is_over(self) -> bool:
        return self.closing or (self.draining and not self._has_work())

    def _is_finished(self) -> bool:
        """Whether this life is over: the place is, or its engine is to be another one."""
        return self._is_over() or (self.renewing and not self._has_work())

    def ending_well(self) -> bool:
        """Whether its engine is there to be asked for the last time."""
        return self._is_finished()

    def _has_work(self) -> bool:
        return bool(self._hub.issuer.leased(self.owner)) or self._hub.owes(self.owner)

    def _live(self) -> None:
        self.renewing = False
        self.lives += 1
        self.owner = f"engine-{self.index}.{self.lives}"
        with self._lock:
            self._to_ack.clear()
        life = self._begun()
        self._hub.note(self, f"ready on {self.machine}, version {self.version}")
        try:
            self.ready = True
            self._hub.moved()
            while not self._is_finished():
                life.turn()
        finally:
            life.close()

    def _begun(self) -> _Life:
        hub, spec = self._hub, self._hub.spec
        self.actor = EngineActor.options(**hub.options).remote(spec)
        place = ray.get(self.actor.place.remote(), timeout=hub.timeouts.ready_s)
        self.machine, self.actor_pid = f"{place.machine}/{place.address}", place.pid
        newest, folder = hub.newest(), None
        self.version = 0
        if newest is not None:
            folder = self.installed(newest[1])
            self.version = newest[0].version
        identity = hub.authority.identity(place.address)
        begin = self.actor.begin.remote(self.owner, identity, place.address, folder)
        self.hello = ray.get(begin, timeout=hub.timeouts.ready_s)
        return _Life(self, hub)

    def installed(self, files: WeightsFiles) -> str:
        """Has weights laid on the engine's machine, once for all of its engines."""
        call = self.actor.install.remote(files.name, files.small, files.content)
        return str(ray.get(call, timeout=self._hub.timeouts.publish_s))

    def taken(self) -> list[int]:
        """Takes what the engine is to be told it need not keep."""
        with self._lock:
            numbers = sorted(self._to_ack)
            self._to_ack.clear()
            return numbers

    def _end_life(self) -> None:
        self.ready = False
        back = self._hub.issuer.revoke(self.owner)
        self._hub.life_ended(self.owner)
        if back and not self.closing:
            self._hub.note(self, f"{len(back)} groups go to others")
        actor, self.actor = self.actor, None
        if actor is not None:
            with contextlib.suppress(Exception):  # it may have died, which is as good
                ray.get(actor.stop.remote(), timeout=5)
            with contextlib.suppress(Exception):
                ray.kill(actor)
        self._hub.moved()


class _Life:
    """One engine process, from its greeting to its end."""

    def __init__(self, link: Link, hub: Hub) -> None:
        self._link = link
        self._hub = hub
        root = Path(hub.spec.out) / "driver"
        root.mkdir(parents=True, exist_ok=True)
        trusted = root / "root.pem"
        trusted.write_bytes(hub.authority.root)
        self._connection = Connection(
            str(link.hello["location"]),
            token=hub.authority.token,
            tls_root=trusted,
            retry=_RETRY,
        )
        self._held: set[int] = set()
        self._source: GroupSource[PackedGroup] = GroupSource(
            self._connection, Wish(("tree", "path"), "fleet", 1), False, self._held
        )
        self._watch = link.actor.watch.options(concurrency_group="watch").remote()
        self._heard = time.monotonic()
        self._looked = 0.0
        self._leases = 0
        self._dealt = False
        self._counted = time.monotonic()
        status = self._within("status", {})
        link.tasks, link.model, link.began = int(status["tasks"]), str(status["model"]), time.time()

    def turn(self) -> None:
        """Does everything once; takes a moment, or as long as weights take."""
        self._require_alive()
        self._acknowledge()
        self._catch_up()
        self._lease()
        if self._hub.deals():
            self._notice()
        else:
            self._receive()
        self._look()

    def close(self) -> None:
        self._source.close()
        if self._link.ending_well():
            with contextlib.suppress(EngineError):
                self._counted = 0.0
                self._count()
        self._connection.close()

    def _require_alive(self) -> None:
        done, _ = ray.wait([self._watch], timeout=0)
        if done:
            status = ray.get(done[0])  # raises where the actor died with it
            raise StoppedError(f"the engine process ended with status {status}")

    def _action(self, name: str, body: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        answer = self._connection.action(name, body, timeout_s)
        self._heard = time.monotonic()
        return answer

    def _within(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Calls an action until it answers or the engine counts as lost."""
        while True:
            left_s = self._heard + self._hub.timeouts.lease_s - time.monotonic()
            try:
                return self._action(name, body, max(0.1, left_s))
            except (UnreachableError, EngineTimeoutError):
                self._require_alive()
                if time.monotonic() - self._heard > self._hub.timeouts.lease_s:
                    raise

    def _acknowledge(self) -> None:
        numbers = self._link.taken()
        if numbers:
            self._within("ack", {"groups": numbers})
            self._held.difference_update(numbers)

    def _catch_up(self) -> None:
        newer = self._hub.newer(self._link.version)
        if newer is None:
            return
        weights, files = newer
        if weights.version != self._link.version + 1:
            raise StoppedError(
                f"version {self._link.version} is too old to follow to {weights.version}"
            )
        folder = self._link.installed(files)
        body = {"folder": folder, "version": weights.version, "sha256": weights.sha256}
        self._action("publish", body, self._hub.timeouts.publish_s)
        self._link.version = weights.version
        self._hub.moved()

    def _lease(self) -> None:
        link, issuer = self._link, self._hub.issuer
        if link.draining or link.renewing:
            return
        owner = link.owner
        leases = issuer.lease(owner, self._hub.share() - len(issuer.leased(owner)))
        if leases:
            self._acknowledge()  # a group that is grown once more must have ended here
        for first, tasks in leases:
            self._leases += 1
            request = f"{owner}-{self._leases}"
            self._within("submit", {"request": request, "tasks": tasks, "first": first})

    def _receive(self) -> None:
        deadline = time.monotonic() + _RECEIVE_S
        try:
            groups = self._source.more(None, deadline, deadline)
        except EngineTimeoutError:
            return
        except UnreachableError:
            self._require_alive()
            if time.monotonic() - self._heard > self._hub.timeouts.lease_s:
                raise
            return
        if groups and self._source.header is not None:
            self._heard = time.monotonic()
            self._hub.deliver(self._link, groups, self._source.header)

    def _notice(self) -> None:
        """Asks which groups are whole; the ranks fetch them."""
        if not self._dealt:
            self._dealt = True
            self._source.close()  # What it brought and nobody has taken comes to the ranks.
            self._held.clear()
        owed = self._hub.issuer.leased(self._link.owner)
        if owed:
            told = self._within("sealed", {"groups": owed})["sealed"]
            sealed = [Sealed(t["group"], t["tokens"], t["oldest_version"]) for t in told]
            if sealed:
                self._hub.sealed(self._link, sealed)
        time.sleep(_NOTICE_S)

    def _count(self) -> None:
        """Has what the engine counted noted, now and then: a killed one tells nothing more."""
        if time.monotonic() - self._counted >= _COUNT_S:
            self._counted = time.monotonic()
            self._hub.counted(self._link, self._within("status", {})["engine"])

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_S:
            return
        owed = self._hub.issuer.leased(self._link.owner)
        open_there = set(self._within("open", {"groups": owed})["open"])
        self._looked = time.monotonic()
        gone = [number for number in owed if number not in open_there]
        if gone:
            self._hub.ended_there(self._link, gone)
        self._count()
