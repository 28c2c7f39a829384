"""Starts a fleet: the way in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ray

from coppice_rl.errors import StartError
from coppice_rl.ray.actor import EngineSpec
from coppice_rl.ray.driver import Fleet
from coppice_rl.ray.issuer import Issuer
from coppice_rl.ray.link import Timeouts
from coppice_rl.ray.sink import Sink
from coppice_rl.ray.tls import Authority


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
