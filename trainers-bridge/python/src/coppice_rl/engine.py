"""The engine: started as a process of its own or connected to, and asked for groups.

::

    with Engine.start("examples/drawers.toml") as engine:
        engine.submit(count=64)
        for batch in engine.batches(groups=16, total=64):
            train(batch)
            engine.step(batch, model.state_dict())
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Literal, cast, overload

from coppice_rl.batch import Acknowledged, Batch, Status
from coppice_rl.connection import Connection, Retry
from coppice_rl.environment import Parts, lay_out
from coppice_rl.errors import EngineTimeoutError, FormatError
from coppice_rl.header import Header
from coppice_rl.launcher import find_launcher
from coppice_rl.process import EngineProcess, serve_command
from coppice_rl.rows import FlatGroup, PackedGroup
from coppice_rl.stream import GroupSource, Wish
from coppice_rl.weights import digest_of, weights_folder

Form = Literal["tree", "flat"]
_KEPT_WEIGHTS = 3
_LOOK_S = 1.0
_LOG = logging.getLogger("coppice_rl")
_MODEL_PATH = re.compile(r'^\[model\][^\[]*?^path = "([^"]*)"', re.MULTILINE | re.DOTALL)


class Engine:
    """A rollout engine: ``submit`` tasks, take ``batches``, ``ack`` them, ``publish`` weights.

    Not for several threads at once, except that ``status``, ``pause``, ``resume`` and ``close`` may
    come from any thread.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        process: EngineProcess | None = None,
        timeout_s: float = 60.0,
        trainer: str | None = None,
    ) -> None:
        """Wraps a connection; :meth:`start` and :meth:`connect` are the ways in.

        :param timeout_s: deadline of a call that has none of its own, in seconds.
        :param trainer: a name by which the engine tells trainers apart; this object's own if None.
        """
        self.process = process
        self.timeout_s = timeout_s
        self._connection = connection
        self._trainer = trainer or f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._held: set[int] = set()
        self._tasks: dict[int, int] = {}
        self._untold = False
        self._weights: list[Path] = []

    @staticmethod
    def start(
        config: str | Path | None = None,
        *,
        out: str | Path | None = None,
        resume: str | Path | None = None,
        overrides: Mapping[str, Any] | None = None,
        classpath: str | Path | None = None,
        coppice: str | Path | None = None,
        ready_s: float = 600.0,
        timeout_s: float = 60.0,
        retry: Retry | None = None,
        environment: ModuleType | str | Path | None = None,
        dataset: Any = None,
        reward_funcs: Sequence[Callable[..., Any]] | Callable[..., Any] | None = None,
        tools: Sequence[Callable[..., Any]] | None = None,
        environment_factory: Callable[[], Any] | None = None,
    ) -> Engine:
        """Starts ``./coppice serve`` and connects to it; it ends when this process does.

        :param config: the configuration file, or None where ``resume`` brings its own.
        :param out: folder in which the run's own folder is made.
        :param resume: folder of a run to go on with.
        :param overrides: single keys, for example ``{"bridge.batch": 16}``.
        :param classpath: jars or folders with plugs of your own, separated as a class path is.
        :param coppice: the launcher or its folder; without it :func:`find_launcher` looks at
            COPPICE_HOME, the working folder and the folders above this package, never at the PATH.
        :param ready_s: how long it may take until it is ready; a first start builds the engine.
        :param environment: the environment: a module, ``my_env.py``, ``reasoning-gym/countdown`` ...;
            it runs in this interpreter, in a process and a sandbox of its own.
        :param dataset: its tasks: rows, a data set, or a file of rows.
        :param reward_funcs: what scores, in TRL's or any plain signature.
        :param tools: typed functions with docstrings.
        :param environment_factory: makes an instance whose public methods are tools, as in TRL.
        :raises TypeError: if a function or a row cannot travel there, with its name and the reason.
        """
        launcher = find_launcher(coppice)
        parts = Parts(environment, dataset, reward_funcs, tools, environment_factory)
        keys: dict[str, Any] = {}
        if not parts.is_empty():
            keys.update(lay_out(parts, Path(tempfile.mkdtemp(prefix="coppice-env-"))))
        keys.update(overrides or {})
        command = serve_command(launcher, config, out, resume, keys, classpath)
        process = EngineProcess(command, timeout_s=ready_s)
        try:
            location = str(process.hello["location"])
            connection = Connection(location, retry=retry, alive=process.check)
        except BaseException:
            process.stop()
            raise
        return Engine(connection, process=process, timeout_s=timeout_s)

    @staticmethod
    def connect(
        location: str,
        *,
        token: str | None = None,
        tls_root: str | Path | None = None,
        timeout_s: float = 60.0,
        retry: Retry | None = None,
        trainer: str | None = None,
    ) -> Engine:
        """Connects to an engine that runs already, for example ``grpc://127.0.0.1:8815``.

        :param token: the engine's ``bridge.token``; needs a ``grpc+tls://`` location.
        :param tls_root: PEM file of the certificate authority that signed the engine's certificate.
        :param trainer: a name that processes share which are to share the groups; an engine refuses
            two trainers of different names, and without a name each object is a trainer of its own.
        """
        connection = Connection(location, token=token, tls_root=tls_root, retry=retry)
        return Engine(connection, timeout_s=timeout_s, trainer=trainer)

    @property
    def location(self) -> str:
        """Where the engine listens."""
        return self._connection.location

    @property
    def folder(self) -> Path | None:
        """The run's folder, where the engine was started here."""
        return Path(str(self.process.hello["folder"])) if self.process is not None else None

    def status(self) -> Status:
        """Asks how the engine stands."""
        return Status.of(self._action("status", {}))

    def pause(self) -> Status:
        """Stops issuing groups; those in flight go on."""
        return Status.of(self._action("pause", {}))

    def resume(self) -> Status:
        """Issues groups again."""
        return Status.of(self._action("resume", {}))

    def submit(
        self,
        tasks: Iterable[int] | None = None,
        *,
        count: int | None = None,
        request: str | None = None,
    ) -> list[int]:
        """Asks for one group per task and returns the groups' ids.

        :param tasks: indices of tasks; one may come several times.
        :param count: instead of ``tasks``: the next so many of the split, round and round.
        :param request: a name that makes the call repeatable: the same one gives the same groups.
        """
        if (tasks is None) == (count is None):
            raise ValueError("give either tasks or count")
        body: dict[str, Any] = {"request": request or uuid.uuid4().hex}
        body["count" if tasks is None else "tasks"] = count if tasks is None else list(tasks)
        answer = self._action("submit", body)
        groups = [int(group) for group in answer["groups"]]
        told = zip(groups, answer.get("tasks", []), strict=False)
        self._tasks.update({group: int(task) for group, task in told if task is not None})
        return groups

    def task(self, group: int) -> int | None:
        """The index of a group's task, until the group is acknowledged; of those submitted here.

        :param group: its id, as ``submit`` returns it and ``outcomes.group`` has it.
        """
        return self._tasks.get(group)

    @overload
    def batches(
        self,
        groups: int = ...,
        form: Literal["tree"] = ...,
        *,
        total: int | None = ...,
        update: int | None = ...,
        timeout_s: float | None = ...,
        validate: bool = ...,
    ) -> Iterator[Batch[PackedGroup]]: ...

    @overload
    def batches(
        self,
        groups: int = ...,
        *,
        form: Literal["flat"],
        total: int | None = ...,
        update: int | None = ...,
        timeout_s: float | None = ...,
        validate: bool = ...,
        per: Literal["path", "draw"] = ...,
    ) -> Iterator[Batch[FlatGroup]]: ...

    def batches(
        self,
        groups: int = 32,
        form: Form = "tree",
        *,
        total: int | None = None,
        update: int | None = None,
        timeout_s: float | None = None,
        validate: bool = False,
        per: Literal["path", "draw"] = "path",
    ) -> Iterator[Batch[PackedGroup]] | Iterator[Batch[FlatGroup]]:
        """Yields batches of whole groups as they become durable.

        What an earlier trainer took and never acknowledged comes again; what this object has given
        out and not yet acknowledged does not. A broken connection is opened again, and nothing
        comes twice. Where groups were dropped, the iteration ends as soon as nothing more can come,
        with fewer than ``total``; ``status().counts.dropped`` says why.

        A group is trained at most ``bridge.staleness`` versions behind the weights that sampled it,
        in whatever order batches are acknowledged and weights published: the engine runs ahead by
        that many updates. (Where weights are published more than once in an update it cannot.)

        :param groups: groups per batch; the last one may be smaller.
        :param form: ``tree`` shares prefixes, ``flat`` has a row per path.
        :param total: ends after so many groups; without it the iteration goes on until closed.
        :param update: groups trained between two publications, where that is not one batch.
        :param timeout_s: the most a batch may take to fill, in seconds.
        :param validate: lets Arrow check every offset before a group is shown.
        :param per: of flat rows: ``path`` gives one per distinct path, ``draw`` one per sample.
        """
        if per not in ("path", "draw") or (per == "draw" and form != "flat"):
            raise ValueError(f"per={per!r} must be path, or draw where form is flat; form={form}")
        if groups < 1 or (total is not None and total < 0) or form not in ("tree", "flat"):
            raise ValueError(
                f"groups={groups} must be 1 or more, total={total} 0 or more, "
                f"form={form} tree or flat"
            )
        if update is not None and update < 1:
            raise ValueError(f"update={update} must be 1 or more groups")
        wish = Wish((form, per), self._trainer, update or groups)
        source: GroupSource[Any] = GroupSource(self._connection, wish, validate, self._held)
        wait_s = self.timeout_s if timeout_s is None else timeout_s
        return self._batches(groups, source, total, wait_s)

    def ack(self, batch: Batch[Any] | Iterable[int]) -> Acknowledged:
        """Says that groups are trained and never needed again; saying it twice does no harm.

        :param batch: a batch, or ids of groups.
        """
        ids = list(batch.ids) if isinstance(batch, Batch) else [int(group) for group in batch]
        answer = self._action("ack", {"groups": ids})
        self._trained(ids)
        self._untold = True
        return Acknowledged.of(answer)

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
        """Publishes what a batch was trained into and acknowledges it, in one call.

        Weights that are refused leave the batch unacknowledged and the old weights in use.

        :param batch: a batch, or ids of groups.
        :param weights: as for :meth:`publish`, which has the other parameters too.
        """
        ids = list(batch.ids) if isinstance(batch, Batch) else [int(group) for group in batch]
        body = self._publication(weights, version, base, into) | {"groups": ids}
        published = int(self._action("publish", body, timeout_s)["policy_version"])
        self._trained(ids)
        self._untold = False
        return published

    def _trained(self, ids: list[int]) -> None:
        """Forgets groups that never come again."""
        self._held.difference_update(ids)
        for group in ids:
            self._tasks.pop(group, None)

    def release(self, batch: Batch[Any] | Iterable[int]) -> None:
        """Lets groups that were not acknowledged come again from the next ``batches``."""
        self._held.difference_update(batch.ids if isinstance(batch, Batch) else batch)

    def publish(
        self,
        weights: str | Path | Mapping[str, Any],
        version: int | None = None,
        *,
        base: str | Path | None = None,
        into: str | Path | None = None,
        timeout_s: float | None = None,
    ) -> int:
        """Gives the engine new weights and returns the version it samples from then.

        :param weights: a folder named ``v<version>-<12 digits of the digest>``, or a state
            dictionary of torch tensors or numpy arrays, which is written to such a folder.
        :param version: the current one plus one, which is also the default.
        :param base: model folder whose configuration and tokenizer a state dictionary takes over;
            by default the engine's own model.
        :param into: folder for the weights' folders; by default ``weights`` in the run's folder.
        """
        body = self._publication(weights, version, base, into)
        published = int(self._action("publish", body, timeout_s)["policy_version"])
        self._untold = False
        return published

    def close(self) -> None:
        """Ends the connection, and the engine where it was started here."""
        if self.process is not None and self.process.exit_status() is None:
            try:
                self._connection.action("shutdown", {}, timeout_s=5)
            except (RuntimeError, FormatError):
                pass  # its input is closed next, which ends it too
        self._connection.close()
        if self.process is not None:
            self.process.stop()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _action(
        self, name: str, body: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        wait_s = self.timeout_s if timeout_s is None else timeout_s
        return self._connection.action(name, body, wait_s)

    def _batches(
        self, groups: int, source: GroupSource[Any], total: int | None, wait_s: float
    ) -> Iterator[Batch[Any]]:
        waiting: list[Any] = []
        given = 0
        try:
            while total is None or given < total:
                size = groups if total is None else min(groups, total - given)
                self._fill(waiting, size, source, None if total is None else total - given, wait_s)
                if not waiting:
                    return
                batch = Batch(tuple(waiting[:size]), cast(Header, source.header))
                del waiting[:size]
                given += len(batch)
                yield batch
                if len(batch) < size:
                    return
        finally:
            self._held.difference_update(group.outcomes.group for group in waiting)
            source.close()

    def _fill(
        self,
        waiting: list[Any],
        size: int,
        source: GroupSource[Any],
        left: int | None,
        wait_s: float,
    ) -> None:
        """Waits for a batch; it stays short where groups were dropped and no others can come."""
        if self._untold:
            self._action("want", {})
            self._untold = False
        deadline = time.monotonic() + wait_s
        while len(waiting) < size:
            look = min(deadline, time.monotonic() + _LOOK_S)
            try:
                waiting += source.more(left, deadline, look)
            except EngineTimeoutError as fault:
                lost = None if left is None else self._lost()
                if lost is not None:
                    message = "%d of %d groups came and no others can: the engine gave up %s"
                    _LOG.warning(message, len(waiting), size, lost)
                    return
                if time.monotonic() >= deadline:
                    raise EngineTimeoutError(
                        f"{len(waiting)} of {size} groups came in {wait_s:.0f} s; the engine "
                        f"has {self._standing()}"
                    ) from fault

    def _lost(self) -> Mapping[str, int] | None:
        """Returns what was dropped, by reason, where nothing else is on its way; else None."""
        try:
            counts = self.status().counts
        except RuntimeError:
            return None  # whoever waits is told at the deadline
        lost = {**counts.dropped, **counts.quarantined}
        coming = counts.queued + counts.in_flight + counts.sealed
        over = coming == 0 and counts.offered <= len(self._held)
        return lost if over and any(lost.values()) else None

    def _standing(self) -> str:
        try:
            status = self.status()
        except RuntimeError as fault:
            return f"no answer ({fault})"
        return (
            f"{status.counts}, may issue {status.may_issue}, paused={status.paused}; submit more "
            f"tasks, acknowledge what is trained, or give it longer with timeout_s"
        )

    def _publication(
        self,
        weights: str | Path | Mapping[str, Any],
        version: int | None,
        base: str | Path | None,
        into: str | Path | None,
    ) -> dict[str, Any]:
        if version is None:
            version = self.status().policy_version + 1
        if hasattr(weights, "state_dict"):
            weights = weights.state_dict()
        if isinstance(weights, Mapping):
            folder, digest = self._write(weights, version, base, into)
        else:
            folder = Path(weights).resolve()
            digest = digest_of(folder)
        return {"folder": str(folder), "version": version, "sha256": digest}

    def _write(
        self,
        weights: Mapping[str, Any],
        version: int,
        base: str | Path | None,
        into: str | Path | None,
    ) -> tuple[Path, str]:
        if base is None:
            base = self._weights[-1] if self._weights else self._model_folder()
        if into is None:
            if self.folder is None:
                raise ValueError("name a folder both sides can read with into=...")
            into = self.folder / "weights"
        folder, digest = weights_folder(Path(into).resolve(), version, weights, base)
        self._weights.append(folder)
        for old in self._weights[:-_KEPT_WEIGHTS]:
            shutil.rmtree(old, ignore_errors=True)
        del self._weights[:-_KEPT_WEIGHTS]
        return folder, digest

    def _model_folder(self) -> Path:
        """Finds the engine's own model: as the run's resolved configuration names it."""
        named = self.status().model
        if self.process is not None and self.folder is not None:
            config = (self.folder / "config.resolved.toml").read_text()
            match = _MODEL_PATH.search(config)
            named = match.group(1) if match else named
            for home in (Path.cwd(), Path(self.process.command[0]).parent):
                if (home / named / "config.json").is_file():
                    return home / named
        raise ValueError(f"the engine's model is {named}, no folder here; name it with base=...")
