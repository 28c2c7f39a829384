"""The fleet as the trainer sees it: one engine that happens to be many."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import ray

from coppice_rl.batch import Acknowledged, Batch
from coppice_rl.errors import EngineError, EngineTimeoutError, StartError
from coppice_rl.header import Header
from coppice_rl.ray.actor import EngineSpec, WeightsFiles
from coppice_rl.ray.issuer import Issuer
from coppice_rl.ray.link import Link, Timeouts
from coppice_rl.ray.sink import Origin, Sink, Weights
from coppice_rl.ray.tls import Authority
from coppice_rl.rows import PackedGroup
from coppice_rl.weights import digest_of, weights_folder

_KEPT_WEIGHTS = 3
_LOOK_S = 0.1


@dataclass(frozen=True)
class _Arrived:
    """A group in hand, and where it came from."""

    group: PackedGroup
    header: Header
    link: Link
    origin: Origin

    @property
    def number(self) -> int:
        return int(self.group.outcomes.group)

    def oldest_version(self) -> int | None:
        """Returns the oldest weights that sampled one of its tokens."""
        versions = self.group.version_runs.version
        sampled = versions[versions >= 0]
        return int(sampled.min()) if len(sampled) else None


@dataclass(frozen=True)
class FleetStatus:
    """How a fleet stands.

    ``engines`` says of each place its machine, version, lives and whether it is ready; ``counts`` is
    the sink's, ``waiting``, ``leased`` and ``in_hand`` where the open groups are.
    """

    policy_version: int
    paused: bool
    engines: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, int]
    waiting: int
    leased: int
    in_hand: int
    refused: int
    regrown: int
    events: tuple[str, ...]


@dataclass
class _Tallies:
    """What is counted while a driver lives."""

    refused: int = 0
    regrown: int = 0
    events: deque[str] = field(default_factory=lambda: deque(maxlen=1000))


def start(
    config: str | Path,
    *,
    engines: int,
    resources: Mapping[str, float] | None = None,
    sink: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    batch: int = 32,
    staleness: int = 2,
    base: str | Path | None = None,
    coppice: str | Path | None = None,
    classpath: str | Path | None = None,
    server: str | None = None,
    server_health: str = "/health",
    timeouts: Timeouts | None = None,
    ready_s: float = 600.0,
) -> Fleet:
    """Starts engines as Ray actors, one process each, and returns when the first is ready.

    :param config: the configuration file, at the same path on every machine.
    :param engines: how many.
    :param resources: of each, in Ray's words, for example ``{"CPU": 4}``.
    :param sink: folder of the fleet's record; one that was used goes on where it was.
    :param overrides: single keys, for example ``{"tree.trees": 2}``.
    :param batch: groups the trainer takes per update.
    :param staleness: versions a group's oldest token may lie behind; older ones are grown again.
    :param base: model folder whose configuration a state dictionary takes over.
    :param server: a model server of each engine's own: its command, in which ``{port}`` becomes a free
        port and ``{gpus}`` the GPUs Ray gave, as ``0,1``; ``model.urls`` then names it.
    :param server_health: the path that answers 200 once the server is ready.
    :param timeouts: see :class:`Timeouts`.
    :raises StartError: if none came up in ``ready_s`` seconds.
    """
    if not ray.is_initialized():
        raise StartError('call ray.init() first, for example ray.init("auto")')
    if engines < 1 or batch < 1 or staleness < 0:
        raise ValueError(
            f"engines={engines} and batch={batch} must be 1 or more, staleness={staleness} 0 or more"
        )
    folder = Path(sink) if sink is not None else Path("runs") / f"fleet-{uuid.uuid4().hex[:8]}"
    authority = Authority()
    spec = EngineSpec(
        config=str(Path(config).resolve()),
        out=str(folder.resolve()),
        token=authority.token,
        overrides=dict(overrides or {}),
        coppice=None if coppice is None else str(coppice),
        classpath=None if classpath is None else str(classpath),
        ready_s=ready_s,
        server=server,
        server_health=server_health,
    )
    fleet = Fleet(
        Sink(folder),
        spec,
        authority,
        options=_options(resources or {}),
        issuer=Issuer((staleness + 1) * batch),
        timeouts=timeouts or Timeouts(ready_s=ready_s),
        staleness=staleness,
        base=None if base is None else Path(base),
    )
    try:
        for _ in range(engines):
            fleet.join()
        fleet.await_ready(ready_s)
    except BaseException:
        fleet.close()
        raise
    return fleet


def _options(resources: Mapping[str, float]) -> dict[str, Any]:
    """Spells resources as Ray's options; engines spread over the machines."""
    own = dict(resources)
    return {
        "num_cpus": own.pop("CPU", 1),
        "num_gpus": own.pop("GPU", 0),
        "resources": own,
        "max_restarts": 0,
        "scheduling_strategy": "SPREAD",
    }


class Fleet:
    """Engines on Ray, used as one :class:`coppice_rl.Engine`.

    For one thread, except that ``status``, ``pause``, ``resume`` and ``close`` may come from any.
    """

    def __init__(
        self,
        sink: Sink,
        spec: EngineSpec,
        authority: Authority,
        *,
        options: Mapping[str, Any],
        issuer: Issuer,
        timeouts: Timeouts,
        staleness: int,
        base: Path | None,
    ) -> None:
        """Wraps its parts; :func:`start` is the way in."""
        self.sink = sink
        self.spec = spec
        self.authority = authority
        self.options = options
        self.issuer = issuer
        self.timeouts = timeouts
        self.staleness = staleness
        self.links: list[Link] = []
        self._base = base
        self._task_count: int | None = None
        self._changed = threading.Condition()
        self._ready: deque[_Arrived] = deque()
        self._given: dict[int, _Arrived] = {}
        self._published: dict[int, tuple[Weights, WeightsFiles]] = {}
        self._tallies = _Tallies()
        self._closed = False
        self._restore()

    def _restore(self) -> None:
        """Goes on from the record: what is open waits again, the newest weights are sampled from."""
        self.issuer.add(self.sink.open_groups())
        weights = self.sink.weights()
        if weights is not None:
            self._published[weights.version] = (weights, WeightsFiles.of(weights.folder))
            self._base = self._base or Path(weights.folder)

    @property
    def folder(self) -> Path:
        """The folder of the record."""
        return self.sink.folder

    @property
    def policy_version(self) -> int:
        """The newest weights."""
        return max(self._published, default=0)

    def status(self) -> FleetStatus:
        """Says how the fleet stands."""
        waiting, leased, in_hand = self.issuer.standing()
        engines = tuple(
            {
                "engine": link.origin.engine,
                "machine": link.machine,
                "ready": link.ready,
                "version": link.version,
                "lives": link.lives,
                "draining": link.draining,
                "pid": link.hello.get("pid"),
                "server_pid": link.hello.get("server_pid"),
                "actor_pid": link.actor_pid,
            }
            for link in self.links
        )
        return FleetStatus(
            self.policy_version,
            self.issuer.paused,
            engines,
            self.sink.counts(),
            waiting,
            leased,
            in_hand,
            self._tallies.refused,
            self._tallies.regrown,
            tuple(self._tallies.events),
        )

    def pause(self) -> None:
        """Issues no more groups; those in flight go on."""
        self.issuer.paused = True

    def resume(self) -> None:
        """Issues groups again."""
        self.issuer.paused = False

    def join(self) -> int:
        """Adds an engine and returns its place; it works as soon as Ray has room for it."""
        link = Link(self, len(self.links))
        self.links.append(link)
        link.start()
        return link.index

    def restart(self, place: int, timeout_s: float = 600.0) -> None:
        """Lets an engine finish what it has, then starts it anew, with the code that is there now.

        One place after the other restarts a whole fleet while it works.

        :raises EngineTimeoutError: if it has not come back in time; it goes on coming back.
        """
        link = self.links[place]
        lives = link.lives
        link.renewing = True
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while link.lives == lives or not link.ready:
                if time.monotonic() >= deadline:
                    raise EngineTimeoutError(
                        f"engine {place} was not back after {timeout_s:.0f} s: {self._last()}"
                    )
                self._changed.wait(_LOOK_S)

    def drain(self, place: int, timeout_s: float = 600.0) -> None:
        """Lets an engine finish what it has, then leave.

        :raises EngineTimeoutError: if it has not left in time; it goes on leaving.
        """
        link = self.links[place]
        link.draining = True
        link.join(timeout_s)
        if link.is_alive():
            raise EngineTimeoutError(f"engine {place} still has groups after {timeout_s:.0f} s")

    def await_ready(self, timeout_s: float, engines: int = 1) -> None:
        """Waits until so many engines are ready."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while sum(link.ready for link in self.links) < engines:
                if time.monotonic() >= deadline:
                    raise StartError(
                        f"{engines} engines were not ready after {timeout_s:.0f} s: {self._last()}"
                    )
                self._changed.wait(_LOOK_S)

    def submit(
        self,
        tasks: Iterable[int] | None = None,
        *,
        count: int | None = None,
        request: str | None = None,
    ) -> list[int]:
        """Asks for one group per task and returns the groups' numbers, which are the fleet's.

        :param tasks: indices of tasks; one may come several times.
        :param count: instead of ``tasks``: the next so many of the split, round and round.
        :param request: a name that makes the call repeatable: the same one gives the same groups.
        """
        if (tasks is None) == (count is None):
            raise ValueError("give either tasks or count")
        listed = None if tasks is None else [int(task) for task in tasks]
        size = len(listed) if listed is not None else int(count or 0)
        if size < 1:
            raise ValueError("submit asks for at least one group")
        known = self._tasks()
        wrong = [task for task in listed or [] if not 0 <= task < known]
        if wrong:
            raise ValueError(f"there are tasks 0 to {known - 1}, not {wrong[0]}")
        numbers, repeated = self.sink.submit(
            request or uuid.uuid4().hex, listed, size, known
        )
        if not repeated:
            self.issuer.add(self.sink.tasks(numbers))
        return list(numbers)

    def _tasks(self) -> int:
        """Asks an engine for the size of the split, once."""
        if self._task_count is None:
            noted = self.sink.fact("tasks")
            self._task_count = int(noted) if noted else self._ask_tasks()
            self.sink.note("tasks", str(self._task_count))
        return self._task_count

    def _ask_tasks(self) -> int:
        for link in self.links:
            if link.ready and link.tasks is not None:
                return link.tasks
        raise EngineError(f"no engine is ready: {self._last()}")

    def batches(
        self,
        groups: int = 32,
        *,
        total: int | None = None,
        timeout_s: float | None = None,
    ) -> Iterator[Batch[PackedGroup]]:
        """Yields batches of whole groups, tree-packed, in the order they arrive.

        A group comes once: what a lost engine sends later is refused and counted. Where engines
        dropped groups for good, the iteration ends when nothing more can come.

        :param groups: groups per batch; the last one may be smaller.
        :param total: ends after so many groups; without it the iteration goes on until closed.
        :param timeout_s: the most a batch may take to fill, in seconds; 600 where not given.
        """
        if groups < 1 or (total is not None and total < 0):
            raise ValueError(f"groups={groups} must be 1 or more, total={total} 0 or more")
        self.issuer.widen((self.staleness + 1) * groups)
        given = 0
        while total is None or given < total:
            size = groups if total is None else min(groups, total - given)
            taken = self._take(size, 600.0 if timeout_s is None else timeout_s)
            if not taken:
                return
            given += len(taken)
            yield Batch(tuple(item.group for item in taken), taken[0].header)

    def _take(self, size: int, wait_s: float) -> list[_Arrived]:
        deadline = time.monotonic() + wait_s
        taken: list[_Arrived] = []
        with self._changed:
            while len(taken) < size:
                if self._ready:
                    item = self._ready.popleft()
                    if self._is_fresh(item):
                        self._given[item.number] = item
                        taken.append(item)
                elif self._nothing_comes():
                    break
                elif time.monotonic() >= deadline:
                    for item in taken:
                        del self._given[item.number]
                    self._ready.extendleft(reversed(taken))
                    raise EngineTimeoutError(
                        f"{len(taken)} of {size} groups came in {wait_s:.0f} s: {self._last()}"
                    )
                else:
                    self._changed.wait(_LOOK_S)
        return taken

    def _is_fresh(self, item: _Arrived) -> bool:
        """Has a group that lies too far behind grown once more, on the newest weights."""
        oldest = item.oldest_version()
        if oldest is None or oldest >= self.policy_version - self.staleness:
            return True
        item.link.let_go([item.number])
        self.issuer.again(item.number)
        self._tallies.regrown += 1
        return False

    def _nothing_comes(self) -> bool:
        waiting, leased, in_hand = self.issuer.standing()
        return waiting == leased == 0 and in_hand == len(self._given)

    def ack(self, batch: Batch[Any] | Iterable[int]) -> Acknowledged:
        """Says that groups are trained: durable before it returns, and never again after it.

        :param batch: a batch, or numbers of groups.
        """
        return self._end(batch, None)

    def step(
        self, batch: Batch[Any] | Iterable[int], weights: str | Path | Mapping[str, Any]
    ) -> int:
        """Acknowledges a batch and publishes what was made of it, as one record.

        :returns: the version that is sampled from.
        """
        made = self._made(weights)
        self._end(batch, made)
        return self._spread(made)

    def release(self, batch: Batch[Any] | Iterable[int]) -> None:
        """Lets groups that were not acknowledged come again from the next ``batches``."""
        numbers = batch.ids if isinstance(batch, Batch) else batch
        with self._changed:
            for number in numbers:
                item = self._given.pop(int(number), None)
                if item is not None:
                    self._ready.append(item)
            self._changed.notify_all()

    def _end(self, batch: Batch[Any] | Iterable[int], weights: Weights | None) -> Acknowledged:
        numbers = [int(n) for n in (batch.ids if isinstance(batch, Batch) else batch)]
        with self._changed:
            origins = {n: self._given[n].origin for n in numbers if n in self._given}
            ended, already, unknown = self.sink.acknowledge(
                ((number, origins.get(number)) for number in numbers), weights
            )
            self.issuer.ended(ended)
            for number in ended:
                item = self._given.pop(number, None)
                if item is not None:
                    item.link.let_go([number])
            self._ready = deque(item for item in self._ready if item.number not in set(ended))
        return Acknowledged(len(ended), len(already), tuple(unknown))

    def publish(self, weights: str | Path | Mapping[str, Any]) -> int:
        """Gives all engines new weights and returns their version.

        The record has them first: a driver that dies in between leaves engines that die with it,
        and the next driver begins with the new ones.

        :param weights: a folder ``v<version>-<digest>``, or a state dictionary.
        """
        made = self._made(weights)
        self.sink.publish(made)
        return self._spread(made)

    def _made(self, weights: str | Path | Mapping[str, Any]) -> Weights:
        version = self.policy_version + 1
        if isinstance(weights, Mapping):
            if self._base is None:
                raise ValueError("name the model's folder with fleet.start(..., base=...)")
            folder, digest = weights_folder(
                self.folder.resolve() / "weights", version, weights, self._base
            )
            self._base = folder
        else:
            folder = Path(weights).resolve()
            digest = digest_of(folder)
            if folder.name != f"v{version}-{digest[:12]}":
                raise ValueError(f"{folder} must be named v{version}-{digest[:12]}")
        return Weights(version, str(folder), digest)

    def _spread(self, made: Weights) -> int:
        """Waits until every engine that is ready samples from new weights, or is lost."""
        files = WeightsFiles.of(made.folder)
        deadline = time.monotonic() + self.timeouts.publish_s
        with self._changed:
            self._published[made.version] = (made, files)
            for old in sorted(self._published)[:-_KEPT_WEIGHTS]:
                del self._published[old]
            while any(link.ready and link.version < made.version for link in self.links):
                if time.monotonic() >= deadline:
                    raise EngineTimeoutError(
                        f"version {made.version} was not taken up by all engines in "
                        f"{self.timeouts.publish_s:.0f} s: {self._last()}"
                    )
                self._changed.wait(_LOOK_S)
        return made.version

    def close(self) -> None:
        """Ends all engines and lets go of the record."""
        if self._closed:
            return
        self._closed = True
        for link in self.links:
            link.leave()
        for link in self.links:
            link.join(timeout=30)
        self.sink.close()

    def __enter__(self) -> Fleet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # What links ask of their fleet.

    def share(self) -> int:
        """Returns how many groups one engine should have: an even part of what may be out."""
        ready = max(1, sum(link.ready and not link.draining for link in self.links))
        return max(1, -(-self.issuer.limit // ready))

    def newer(self, version: int) -> tuple[Weights, WeightsFiles] | None:
        """Returns the weights that follow a version, or the oldest that are kept."""
        later = [number for number in sorted(self._published) if number > version]
        return self._published[later[0]] if later else None

    def newest(self) -> tuple[Weights, WeightsFiles] | None:
        """Returns the newest weights."""
        return self._published[max(self._published)] if self._published else None

    def deliver(self, link: Link, groups: list[PackedGroup], header: Header) -> None:
        """Takes groups that have a lease; all others are refused, and their engine let go of them."""
        with self._changed:
            for group in groups:
                number = int(group.outcomes.group)
                if self.issuer.arrived(link.owner, number):
                    self._ready.append(_Arrived(group, header, link, link.origin))
                else:
                    self._tallies.refused += 1
                    link.let_go([number])
            self._changed.notify_all()

    def ended_there(self, link: Link, numbers: list[int]) -> None:
        """Notes groups that an engine dropped: without a scored path, too large, corrupt."""
        with self._changed:
            for number in numbers:
                self.sink.drop(number, link.origin, "by its engine")
            self.issuer.ended(numbers)
            self.note(link, f"dropped groups {numbers}")
            self._changed.notify_all()

    def note(self, link: Link, text: str, *, lost: bool = False) -> None:
        """Notes what happened to an engine."""
        word = "is lost: " if lost else ""
        self._tallies.events.append(f"{time.time():.3f} {link.owner} {word}{text}")

    def moved(self) -> None:
        """Wakes whoever waits for engines."""
        with self._changed:
            self._changed.notify_all()

    def _last(self) -> str:
        return "; ".join(list(self._tallies.events)[-3:]) or "no engine has said anything"
