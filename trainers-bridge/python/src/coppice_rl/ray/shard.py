"""A fleet seen from another process: one rank of a trainer, or a shell."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import pyarrow as pa
import pyarrow.flight as flight
import ray

from coppice_rl import errors
from coppice_rl.batch import Acknowledged, Batch
from coppice_rl.connection import Connection, Retry
from coppice_rl.errors import EngineError, StoppedError
from coppice_rl.header import Header
from coppice_rl.ray.desk import NAMESPACE, Answer
from coppice_rl.ray.files import WeightsFiles
from coppice_rl.ray.standing import FleetStatus, checked, facts_of, shaped
from coppice_rl.rows import PackedGroup
from coppice_rl.stream import GroupStream
from coppice_rl.weights import digest_of, weights_folder

_RETRY = Retry(attempts=2, first_s=0.05, most_s=0.2)
_ASK_S = 600.0
_FETCH_S = 30.0


def attach(name: str) -> Attached:
    """Finds a fleet that another process of the cluster has started, by its name.

    :raises EngineError: if there is none.
    """
    try:
        desk = ray.get_actor(name, namespace=NAMESPACE)
        return Attached(desk, ray.get(desk.facts.remote()))
    except (ValueError, ray.exceptions.RayError) as fault:
        raise EngineError(f"no fleet named {name} runs in this cluster: {fault}") from fault


class Attached:
    """What a fleet does for anybody: it can be handed to other processes of the cluster."""

    def __init__(self, desk: Any, facts: Mapping[str, Any]) -> None:
        """Wraps the desk; :func:`attach` and ``Fleet.desk`` make it."""
        self._desk = desk
        self._facts = dict(facts)
        self._rank = -1

    def shard(self, rank: int, world: int) -> Shard:
        """Returns one rank's part; see ``Fleet.shard``."""
        if not 0 <= rank < world:
            raise ValueError(f"rank={rank} must be 0 to {world - 1}, world={world}")
        return Shard(self._desk, self._facts, rank, world)

    def submit(
        self,
        tasks: Iterable[int] | None = None,
        *,
        count: int | None = None,
        request: str | None = None,
    ) -> list[int]:
        """Asks for groups, as ``Fleet.submit`` does; where several ranks ask, each asks for more."""
        listed = None if tasks is None else [int(task) for task in tasks]
        body = {"tasks": listed, "count": count, "request": request or uuid.uuid4().hex}
        return list(self._ask("submit", body))

    def status(self) -> FleetStatus:
        """Says how the fleet stands."""
        return self._ask("status", {})  # type: ignore[no-any-return]

    def pause(self) -> FleetStatus:
        """Issues no more groups; those in flight go on."""
        return self._ask("pause", {})  # type: ignore[no-any-return]

    def resume(self) -> FleetStatus:
        """Issues groups again."""
        return self._ask("resume", {})  # type: ignore[no-any-return]

    def join(self) -> int:
        """Adds an engine and returns its place."""
        return int(self._ask("join", {}))

    def drain(self, place: int, timeout_s: float = 600.0) -> None:
        """Lets an engine finish what it has, then leave."""
        self._ask("drain", {"place": place, "timeout_s": timeout_s}, timeout_s + 10)

    def restart(self, place: int, timeout_s: float = 600.0) -> None:
        """Lets an engine finish what it has, then starts it with the code that is there now."""
        self._ask("restart", {"place": place, "timeout_s": timeout_s}, timeout_s + 10)

    def stop(self) -> None:
        """Asks the process that started the fleet to end it."""
        self._ask("stop", {})

    def publish(
        self,
        weights: str | Path | Mapping[str, Any],
        version: int | None = None,
        *,
        base: str | Path | None = None,
        into: str | Path | None = None,
        timeout_s: float | None = None,
    ) -> int:
        """Gives all engines new weights and returns their version; see ``Fleet.publish``."""
        told = self._weights(weights, version, base, into)
        return int(self._ask("publish", {"weights": told}, timeout_s or _ASK_S))

    def _weights(
        self,
        weights: str | Path | Mapping[str, Any],
        version: int | None,
        base: str | Path | None,
        into: str | Path | None,
    ) -> dict[str, Any]:
        follows = version if version is not None else self.status().policy_version + 1
        if hasattr(weights, "state_dict"):
            weights = weights.state_dict()
        if not isinstance(weights, Mapping):
            folder = Path(weights).resolve()
            return _told(folder, follows, digest_of(folder))
        model = base or self._facts["base"]
        if model is None:
            raise ValueError("name the model's folder with base=")
        with tempfile.TemporaryDirectory(prefix="coppice-weights-") as aside:
            folder, digest = weights_folder(into or aside, follows, weights, model)
            return _told(folder, follows, digest)

    def _ask(self, kind: str, body: Mapping[str, Any], timeout_s: float = _ASK_S) -> Any:
        try:
            answer: Answer = ray.get(
                self._desk.ask.remote(kind, self._rank, body), timeout=timeout_s
            )
        except ray.exceptions.GetTimeoutError as fault:
            raise errors.EngineTimeoutError(
                f"the fleet did not answer {kind} in {timeout_s:.0f} s"
            ) from fault
        except ray.exceptions.RayError as fault:
            raise StoppedError(f"the fleet has ended: {fault}") from fault
        if answer.fault:
            known = getattr(errors, answer.fault, None)
            kinds: dict[str, type[Exception]] = {"ValueError": ValueError, "IndexError": IndexError}
            raise (known or kinds.get(answer.fault, EngineError))(answer.message)
        return answer.value


class Shard(Attached):
    """One rank of a trainer: the calls of :class:`coppice_rl.Engine` over its part of the groups.

    All ranks take batches of one size and train in step. For one thread. A rank that is started
    again gets first what its forerunner had and did not acknowledge.
    """

    def __init__(self, desk: Any, facts: Mapping[str, Any], rank: int, world: int) -> None:
        """Wraps the desk; ``Fleet.shard`` and ``attach(name).shard`` make it."""
        super().__init__(desk, facts)
        self._rank = rank
        self.world = world
        self._session = ""
        self._root: Path | None = None
        self._header: Header | None = None
        self._connections: dict[str, Connection] = {}
        self._held: dict[int, dict[str, float]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {
            "_desk": self._desk,
            "_facts": self._facts,
            "_rank": self._rank,
            "world": self.world,
        }

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(state["_desk"], state["_facts"], state["_rank"], state["world"])  # type: ignore[misc]

    @property
    def rank(self) -> int:
        """The number of this rank, from 0."""
        return self._rank

    def _begin(self) -> None:
        if not self._session:
            session = uuid.uuid4().hex
            self._ask("hello", {"world": self.world, "session": session})
            self._session = session

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
        """Yields this rank's batches; see ``Fleet.batches``.

        The last batch of a rank may be smaller than those of the others, or empty, where there are
        not as many groups as ranks; all ranks end after the same number of batches.

        :param groups: groups per batch and rank.
        :param total: ends after so many groups of this rank.
        """
        checked(groups, form, total, update, per)
        self._begin()
        given = 0
        while total is None or given < total:
            size = groups if total is None else min(groups, total - given)
            until = time.time() + (600.0 if timeout_s is None else timeout_s)
            hand = self._taken("take", {"size": size, "update": update or groups}, until)
            if hand["last"]:
                return
            found, header = self._fetched(hand["groups"], validate, until)
            self._held.update({int(g.outcomes.group): facts_of(g) for g in found})
            given += size
            self._header = header or self._header
            if self._header is None:
                raise EngineError("the first batch of this rank is empty: submit more groups")
            yield Batch(shaped(tuple(found), form, per), self._header)

    def _taken(self, kind: str, body: Mapping[str, Any], until: float) -> Mapping[str, Any]:
        asked = {**body, "until": until, "session": self._session}
        answer = self._ask(kind, asked, max(1.0, until - time.time()) + 60.0)
        return answer  # type: ignore[no-any-return]

    def _fetched(
        self, places: list[tuple[int, str]], validate: bool, until: float
    ) -> tuple[list[PackedGroup], Header | None]:
        """Fetches groups from their engines; what is lost with one is replaced."""
        found: list[PackedGroup] = []
        header: Header | None = None
        while places:
            lost: list[int] = []
            for location in dict.fromkeys(place for _, place in places):
                numbers = [number for number, place in places if place == location]
                some, header = self._from(location, numbers, validate, header)
                found += some
                got = {int(group.outcomes.group) for group in some}
                lost += [number for number in numbers if number not in got]
            self._ask("fetched", {"groups": [int(group.outcomes.group) for group in found]})
            if not lost:
                break
            more = {"size": len(lost), "lost": lost}
            places = self._taken("more", more, until)["groups"]
        return found, header

    def _from(
        self, location: str, numbers: list[int], validate: bool, header: Header | None
    ) -> tuple[list[PackedGroup], Header | None]:
        """Fetches groups of one engine; fewer where it is lost."""
        ticket = {"form": "tree", "only": numbers, "trainer": "fleet", "batch": 1}
        deadline = time.monotonic() + _FETCH_S
        found: dict[int, PackedGroup] = {}
        stream: GroupStream[PackedGroup] | None = None
        try:
            reader = self._connection(location).stream(ticket, time.monotonic() + 5.0)
            stream = GroupStream(reader, "tree", validate=validate)
            header = stream.header
            while len(found) < len(numbers):
                some = stream.take(deadline)
                if some is None:
                    break
                found.update({int(group.outcomes.group): group for group in some})
        except (EngineError, OSError, errors.FormatError, flight.FlightError, pa.ArrowException):
            self._connections.pop(location).close()
        finally:
            if stream is not None:
                stream.close()
        return [found[number] for number in numbers if number in found], header

    def _connection(self, location: str) -> Connection:
        if location not in self._connections:
            if self._root is None:
                self._root = Path(tempfile.mkdtemp(prefix="coppice-rank-")) / "root.pem"
                self._root.write_bytes(self._facts["root"])
            self._connections[location] = Connection(
                location, token=self._facts["token"], tls_root=self._root, retry=_RETRY
            )
        return self._connections[location]

    def ack(self, batch: Batch[Any] | Iterable[int]) -> Acknowledged:
        """Says that groups are trained: durable before it returns, and never again after it."""
        answer = self._ask("ack", {"groups": self._told(batch)})
        return answer  # type: ignore[no-any-return]

    def step(
        self,
        batch: Batch[Any] | Iterable[int],
        weights: str | Path | Mapping[str, Any] | None = None,
        version: int | None = None,
        *,
        base: str | Path | None = None,
        into: str | Path | None = None,
        timeout_s: float | None = None,
    ) -> int:
        """Ends an update: acknowledges the batches of all ranks and publishes, as one record.

        Every rank calls it; one of them gives the weights, the others None. It returns once engines
        sample from the new ones.
        """
        told = None if weights is None else self._weights(weights, version, base, into)
        body = {"groups": self._told(batch), "weights": told, "session": self._session}
        return int(self._ask("step", body, timeout_s or _ASK_S))

    def release(self, batch: Batch[Any] | Iterable[int]) -> None:
        """Lets groups that were not acknowledged come again, to whichever rank."""
        self._ask("release", {"groups": list(self._told(batch))})

    def _told(self, batch: Batch[Any] | Iterable[int]) -> dict[int, dict[str, float]]:
        numbers = [int(n) for n in (batch.ids if isinstance(batch, Batch) else batch)]
        return {number: self._held.pop(number, {}) for number in numbers}

    def close(self) -> None:
        """Ends the connections; the fleet goes on."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def __enter__(self) -> Shard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _told(folder: Path, version: int, digest: str) -> dict[str, Any]:
    name = f"v{version}-{digest[:12]}"
    if folder.name != name:
        raise ValueError(f"{folder} must be named {name}")
    return {"files": WeightsFiles.of(folder), "version": version, "sha256": digest}
