"""The fleet as the trainer sees it: one engine that happens to be many."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from coppice_rl.batch import Acknowledged, Batch
from coppice_rl.errors import EngineError, EngineTimeoutError, StartError
from coppice_rl.header import Header
from coppice_rl.ray.actor import EngineSpec
from coppice_rl.ray.dealer import Dealer
from coppice_rl.ray.files import WeightsFiles
from coppice_rl.ray.issuer import Issuer
from coppice_rl.ray.link import Link, Sealed, Timeouts
from coppice_rl.ray.sink import Delivered, Sink, Weights
from coppice_rl.ray.standing import Arrived, FleetStatus, Tallies, checked, counts_of, facts_of, shaped
from coppice_rl.ray.tls import Authority
from coppice_rl.rows import PackedGroup
from coppice_rl.weights import digest_of, weights_folder

if TYPE_CHECKING:
    from coppice_rl.ray.shard import Attached, Shard

_KEPT_WEIGHTS = 3
_LOOK_S = 0.1


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
        self.base = base
        self._task_count: int | None = None
        self._changed = threading.Condition()
        self._ready: deque[Arrived] = deque()
        self._given: dict[int, Arrived] = {}
        self._published: dict[int, tuple[Weights, WeightsFiles]] = {}
        self._dealer: Dealer | None = None
        self._tallies = Tallies()
        self._closed = False
        self._restore()

    def _restore(self) -> None:
        """Goes on from the record: what is open waits again, the newest weights are sampled from."""
        self.issuer.add(self.sink.open_groups())
        weights = self.sink.weights()
        if weights is not None:
            self._published[weights.version] = (weights, WeightsFiles.of(weights.folder))
            self.base = self.base or Path(weights.folder)

    @property
    def folder(self) -> Path:
        """The folder of the record."""
        return self.sink.folder

    @property
    def policy_version(self) -> int:
        """The newest weights."""
        return max(self._published, default=0)

    def status(self) -> FleetStatus:
        """Says how the fleet stands, in the words of one engine."""
        with self._changed:
            waiting, leased, in_hand = self.issuer.standing()
            record = self.sink.counts()
            given = len(self._given)
        engines = tuple(link.standing() for link in self.links)
        counts = counts_of(record, waiting, leased, max(0, in_hand - given), given)
        return FleetStatus(
            run=self.folder.name,
            model=str(self.spec.overrides.get("model.path", "")) or self.sink.fact("model"),
            policy_version=self.policy_version,
            paused=self.issuer.paused,
            staleness=self.staleness,
            batch=self.issuer.limit // (self.staleness + 1),
            may_issue=0 if self.issuer.paused else max(0, self.issuer.limit - leased - in_hand),
            counts=counts,
            raw={"sink": record, "engines": engines, "open": self._dealt_out()},
            engines=engines,
            refused=self._tallies.refused,
            regrown=self._tallies.regrown,
            events=tuple(self._tallies.events),
        )

    def _dealt_out(self) -> dict[int, int]:
        """Counts the groups each rank has and has not acknowledged."""
        ranks: dict[int, int] = {}
        for item in list(self._given.values()):
            ranks[item.rank] = ranks.get(item.rank, 0) + 1
        return ranks

    def pause(self) -> FleetStatus:
        """Issues no more groups; those in flight go on."""
        self.issuer.paused = True
        return self.status()

    def resume(self) -> FleetStatus:
        """Issues groups again."""
        self.issuer.paused = False
        return self.status()

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
                        f"engine {place} was not back after {timeout_s:.0f} s: {self.last_event()}"
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
                        f"{engines} engines were not ready after {timeout_s:.0f} s: {self.last_event()}"
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
                self.sink.note("model", link.model)
                return link.tasks
        raise EngineError(f"no engine is ready: {self.last_event()}")

    def batches(
        self,
        groups: int = 32,
        form: Literal["tree", "flat"] = "tree",
        *,
        total: int | None = None,
        update: int | None = None,
        timeout_s: float | None = None,
        validate: bool = False,
        per: Literal["path", "draw"] = "path",
    ) -> Iterator[Batch[Any]]:
        """Yields batches of whole groups in the order they arrive.

        A group comes once: what a lost engine sends later is refused and counted. Where engines
        dropped groups for good, the iteration ends when nothing more can come.

        :param groups: groups per batch; the last one may be smaller.
        :param form: ``tree`` shares prefixes, ``flat`` has a row per path, or per draw.
        :param total: ends after so many groups; without it the iteration goes on until closed.
        :param update: groups trained between two publications, where that is not one batch.
        :param timeout_s: the most a batch may take to fill, in seconds; 600 where not given.
        :param validate: taken as :class:`coppice_rl.Engine` takes it; the fleet checks nothing more.
        :param per: of flat rows: ``path`` or ``draw``.
        """
        checked(groups, form, total, update, per)
        self.issuer.widen((self.staleness + 1) * (update or groups))
        given = 0
        while total is None or given < total:
            size = groups if total is None else min(groups, total - given)
            taken = self._take(size, 600.0 if timeout_s is None else timeout_s)
            if not taken:
                return
            given += len(taken)
            header = taken[0].header
            assert header is not None
            some = tuple(item.group for item in taken if item.group is not None)
            yield Batch(shaped(some, form, per), header)

    def _take(self, size: int, wait_s: float) -> list[Arrived]:
        deadline = time.monotonic() + wait_s
        taken: list[Arrived] = []
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
                    self._put_back(taken)
                    raise EngineTimeoutError(
                        f"{len(taken)} of {size} groups came in {wait_s:.0f} s: {self.last_event()}"
                    )
                else:
                    self._changed.wait(_LOOK_S)
        return taken

    def _put_back(self, taken: list[Arrived]) -> None:
        for item in taken:
            del self._given[item.number]
        self._ready.extendleft(reversed(taken))

    def _is_fresh(self, item: Arrived) -> bool:
        """Has a group that lies too far behind grown once more, on the newest weights."""
        oldest = item.oldest_version
        if oldest is None or oldest >= self.policy_version - self.staleness:
            return True
        item.link.let_go([item.number])
        self.issuer.again(item.number)
        self._tallies.regrown += 1
        return False

    def _nothing_comes(self, ready: int = 0) -> bool:
        waiting, leased, in_hand = self.issuer.standing()
        return waiting == leased == 0 and in_hand == len(self._given) + ready

    def ack(self, batch: Batch[Any] | Iterable[int]) -> Acknowledged:
        """Says that groups are trained: durable before it returns, and never again after it.

        :param batch: a batch, or numbers of groups.
        """
        return self.end(batch, None)

    def step(
        self,
        batch: Batch[Any] | Iterable[int],
        weights: str | Path | Mapping[str, Any],
        version: int | None = None,
        *,
        base: str | Path | None = None,
        into: str | Path | None = None,
        timeout_s: float | None = None,
    ) -> int:
        """Acknowledges a batch and publishes what was made of it, as one record.

        :param weights: as for :meth:`publish`, which has the other parameters too.
        :returns: the version that is sampled from.
        """
        made = self._made(weights, version, base, into)
        self.end(batch, made)
        return self.spread(made, WeightsFiles.of(made.folder), timeout_s)

    def release(self, batch: Batch[Any] | Iterable[int]) -> None:
        """Lets groups that were not acknowledged come again from the next ``batches``."""
        numbers = batch.ids if isinstance(batch, Batch) else batch
        with self._changed:
            for number in numbers:
                item = self._given.pop(int(number), None)
                if item is not None:
                    self._ready.append(item)
            self._changed.notify_all()

    def end(
        self,
        batch: Batch[Any] | Iterable[int],
        weights: Weights | None,
        told: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> Acknowledged:
        numbers = [int(n) for n in (batch.ids if isinstance(batch, Batch) else batch)]
        with self._changed:
            ended, already, unknown = self.sink.acknowledge(
                ((number, self._delivered(number, told or {})) for number in numbers), weights
            )
            self.issuer.ended(ended)
            for number in ended:
                item = self._given.pop(number, None)
                if item is not None:
                    item.link.let_go([number])
            gone = set(ended)
            self._ready = deque(item for item in self._ready if item.number not in gone)
        return Acknowledged(len(ended), len(already), tuple(unknown))

    def _delivered(
        self, number: int, told: Mapping[int, Mapping[str, Any]]
    ) -> Delivered | None:
        item = self._given.get(number)
        if item is None:
            return None
        facts = told.get(number) or (facts_of(item.group) if item.group is not None else {})
        return Delivered(
            item.origin,
            item.owner,
            item.tokens,
            int(facts.get("paths", 0)),
            int(facts.get("draws", 0)),
            int(facts.get("scored", 0)),
            float(facts.get("reward", 0.0)),
        )

    def publish(
        self,
        weights: str | Path | Mapping[str, Any],
        version: int | None = None,
        *,
        base: str | Path | None = None,
        into: str | Path | None = None,
        timeout_s: float | None = None,
    ) -> int:
        """Gives all engines new weights and returns their version.

        The record has them first: a driver that dies in between leaves engines that die with it,
        and the next driver begins with the new ones.

        :param weights: a folder ``v<version>-<digest>``, or a state dictionary.
        :param version: the current one plus one, which is also the default.
        :param base: model folder whose configuration a state dictionary takes over.
        :param into: folder for the weights' folders; by default ``weights`` in the record's folder.
        :param timeout_s: the most it may take until all engines sample from them.
        """
        made = self._made(weights, version, base, into)
        self.sink.publish(made)
        return self.spread(made, WeightsFiles.of(made.folder), timeout_s)

    def _made(
        self,
        weights: str | Path | Mapping[str, Any],
        version: int | None = None,
        base: str | Path | None = None,
        into: str | Path | None = None,
    ) -> Weights:
        follows = self.policy_version + 1
        if version is not None and version != follows:
            raise ValueError(f"version={version} must be {follows}, which follows the newest")
        if hasattr(weights, "state_dict"):
            weights = weights.state_dict()
        if isinstance(weights, Mapping):
            model = base or self.base
            if model is None:
                raise ValueError("name the model's folder with fleet.start(..., base=...)")
            parent = Path(into) if into is not None else self.folder.resolve() / "weights"
            folder, digest = weights_folder(parent, follows, weights, model)
            self.base = folder
        else:
            folder = Path(weights).resolve()
            digest = digest_of(folder)
            if folder.name != f"v{follows}-{digest[:12]}":
                raise ValueError(f"{folder} must be named v{follows}-{digest[:12]}")
        return Weights(follows, str(folder), digest)

    def spread(self, made: Weights, files: WeightsFiles, timeout_s: float | None = None) -> int:
        """Waits until every engine that is ready samples from new weights, or is lost."""
        wait_s = self.timeouts.publish_s if timeout_s is None else timeout_s
        deadline = time.monotonic() + wait_s
        with self._changed:
            self._published[made.version] = (made, files)
            gone = [self._published.pop(old) for old in sorted(self._published)[:-_KEPT_WEIGHTS]]
            while any(link.ready and link.version < made.version for link in self.links):
                if time.monotonic() >= deadline:
                    raise EngineTimeoutError(
                        f"version {made.version} was not taken up by all engines in "
                        f"{wait_s:.0f} s: {self.last_event()}"
                    )
                self._changed.wait(_LOOK_S)
        for link in self.links:
            link.forget_weights([old.name for _, old in gone])
        return made.version

    def shard(self, rank: int, world: int) -> Shard:
        """Returns one of several trainers' ranks: it gets whole groups of its own.

        It can be handed to another process of the cluster, and has the calls of
        :class:`coppice_rl.Engine`. From then on ``batches`` of the fleet itself gives nothing.

        :param rank: 0 to ``world - 1``.
        :param world: how many ranks there are.
        """
        return self.desk().shard(rank, world)

    def desk(self, name: str | None = None) -> Attached:
        """Opens the fleet to other processes and returns what they see of it.

        :param name: what ``coppice_rl.ray.attach(name)`` finds it by; by default the folder's name.
        """
        if self._dealer is None:
            self._dealer = Dealer(self, name or self.folder.resolve().name)
            self._dealer.start()
        return self._dealer.attached()

    def asked_to_stop(self) -> bool:
        """Whether somebody asked at the desk for the end."""
        return self._dealer is not None and self._dealer.asked_to_stop.is_set()

    def close(self) -> None:
        """Ends all engines and lets go of the record."""
        if self._closed:
            return
        self._closed = True
        if self._dealer is not None:
            self._dealer.close()
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
        self._take_in(link, [Arrived.of(group, header, link) for group in groups])

    def sealed(self, link: Link, groups: list[Sealed]) -> None:
        """Learns of groups that wait at their engine for the rank they will be dealt to."""
        self._take_in(link, [Arrived.noticed(sealed, link) for sealed in groups])

    def _take_in(self, link: Link, items: list[Arrived]) -> None:
        with self._changed:
            for item in items:
                if self.issuer.arrived(link.owner, item.number):
                    self._ready.append(item)
                else:
                    self._tallies.refused += 1
                    link.let_go([item.number])
            self._changed.notify_all()

    # What the dealer asks of its fleet.

    def widen(self, update: int) -> None:
        """Lets as many groups out as an update of all ranks takes."""
        self.issuer.widen((self.staleness + 1) * update)

    def take_ready(self, most: int) -> list[Arrived] | None:
        """Gives out so many groups, or fewer where no others come; None while they may come."""
        with self._changed:
            fresh = [item for item in list(self._ready) if self._still_fresh(item)]
            if len(fresh) < most and not self._nothing_comes(len(fresh)):
                return None
            taken = fresh[:most]
            for item in taken:
                self._ready.remove(item)
                self._given[item.number] = item
            return taken

    def _still_fresh(self, item: Arrived) -> bool:
        if self._is_fresh(item):
            return True
        self._ready.remove(item)
        return False

    def fetched(self, numbers: Iterable[int]) -> None:
        """Notes groups that their rank has: they survive their engine."""
        with self._changed:
            for number in numbers:
                if number in self._given:
                    self._given[number].fetched = True

    def lost(self, numbers: Iterable[int]) -> None:
        """Has groups grown again that a rank could not fetch."""
        with self._changed:
            for number in numbers:
                item = self._given.pop(number, None)
                if item is not None:
                    item.link.let_go([number])
                    self.issuer.again(number)

    def left_by(self, rank: int) -> list[Arrived]:
        """Returns what a rank that has ended had in hand; nobody has it any more."""
        with self._changed:
            left = [item for item in self._given.values() if item.rank == rank]
            for item in left:
                item.fetched = False
            return left

    def hand_back(self, which: Callable[[Arrived], bool]) -> None:
        """Takes groups back that were given out; they wait at their engine, or are grown again."""
        with self._changed:
            for item in [item for item in self._given.values() if which(item)]:
                del self._given[item.number]
                if item.link.ready and item.link.owner == item.owner:
                    item.fetched, item.group = False, None
                    self._ready.append(item)
                else:
                    self.issuer.again(item.number)
            for item in self._ready:
                item.fetched, item.group = False, None
            self._changed.notify_all()

    # What links ask of their fleet.

    def deals(self) -> bool:
        """Whether several ranks fetch groups themselves."""
        return self._dealer is not None and self._dealer.world > 0

    def owes(self, owner: str) -> bool:
        """Whether an engine has groups that their rank has yet to fetch."""
        with self._changed:
            items = [*self._ready, *self._given.values()]
            return any(item.owner == owner and not item.fetched for item in items)

    def life_ended(self, owner: str) -> None:
        """Has groups grown again that went with an engine before anybody fetched them."""
        with self._changed:
            lost = [item for item in self._ready if item.owner == owner and not item.fetched]
            self._ready = deque(item for item in self._ready if item not in lost)
            for item in lost:
                self.issuer.again(item.number)

    def ended_there(self, link: Link, numbers: list[int]) -> None:
        """Notes groups that an engine dropped: without a scored path, too large, corrupt."""
        with self._changed:
            for number in numbers:
                self.sink.drop(number, link.origin, "by its engine")
            self.issuer.ended(numbers)
            self.note(link, f"dropped groups {numbers}")
            self._changed.notify_all()

    def counted(self, link: Link, counters: Mapping[str, int]) -> None:
        """Notes what an engine has counted so far."""
        self.sink.note_life(link.owner, link.machine, link.began, counters)

    def note(self, link: Link, text: str, *, lost: bool = False) -> None:
        """Notes what happened to an engine."""
        word = "is lost: " if lost else ""
        self._tallies.events.append(f"{time.time():.3f} {link.owner} {word}{text}")

    def moved(self) -> None:
        """Wakes whoever waits for engines."""
        with self._changed:
            self._changed.notify_all()

    def last_event(self) -> str:
        return "; ".join(list(self._tallies.events)[-3:]) or "no engine has said anything"
