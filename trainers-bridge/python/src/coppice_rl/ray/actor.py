"""The engine of one place in the fleet: a Ray actor that starts the process and dies with it."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray

from coppice_rl.launcher import find_launcher
from coppice_rl.process import EngineProcess, serve_command
from coppice_rl.ray.files import install
from coppice_rl.ray.server import ModelServer
from coppice_rl.ray.tls import Identity

_LOOK_S = 0.05


@dataclass(frozen=True)
class EngineSpec:
    """How the engines of a fleet are started; paths are those of each machine."""

    config: str
    out: str
    token: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    coppice: str | None = None
    classpath: str | None = None
    ready_s: float = 600.0
    server: str | None = None
    server_health: str = "/health"


@dataclass(frozen=True)
class Place:
    """Where an actor is: its machine's address and name, and its own process."""

    address: str
    machine: str
    pid: int


class _EngineActor:
    """Starts one engine; whatever ends this process ends the engine too."""

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._process: EngineProcess | None = None
        self._server: ModelServer | None = None

    def place(self) -> Place:
        """Says where the engine will be."""
        return Place(ray.util.get_node_ip_address(), socket.gethostname(), os.getpid())

    def install(self, name: str, small: Mapping[str, bytes], content: Any) -> str:
        """Lays weights on this machine, once for all of its engines, and returns the folder."""
        return install(Path(self._spec.out) / "weights", name, small, content)

    def forget(self, names: list[str]) -> None:
        """Deletes weights that no engine will ask for again."""
        for name in names:
            shutil.rmtree(Path(self._spec.out) / "weights" / name, ignore_errors=True)

    def begin(
        self, owner: str, identity: Identity, address: str, weights: str | None
    ) -> dict[str, Any]:
        """Starts the engine and returns its greeting and its process.

        :param owner: the name of this engine and of this life of it.
        :param weights: a folder it samples from at first, or None for the model's own.
        """
        folder = Path(self._spec.out) / "engines" / owner
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        overrides = dict(self._spec.overrides)
        if self._spec.server is not None:
            gpus = ",".join(str(gpu) for gpu in ray.get_gpu_ids())
            self._server = ModelServer(self._spec.server, gpus, folder / "server.log")
            self._server.await_ready(self._spec.server_health, self._spec.ready_s)
            overrides["model.urls"] = [self._server.url]
        extra = self._written(folder, identity, address)
        command = serve_command(
            find_launcher(self._spec.coppice),
            self._spec.config,
            folder,
            None,
            {},
            self._spec.classpath,
        )
        command[-1:-1] = ["-c", str(extra)]
        for key, value in overrides.items():
            command[-1:-1] = serve_command("", None, None, None, {key: value})[2:-1]
        if weights is not None:
            command[-1:-1] = ["--weights", weights]
        self._process = EngineProcess(command, timeout_s=self._spec.ready_s)
        server = {} if self._server is None else {"server_pid": self._server.pid}
        return {**self._process.hello, "pid": self._process.pid, **server}

    def _written(self, folder: Path, identity: Identity, address: str) -> Path:
        """Writes what no command line should show, for this user's eyes alone."""
        certificate, key, extra = (folder / name for name in ("tls.pem", "tls.key", "fleet.toml"))
        lines = [
            "[bridge]",
            f'address = "{address}"',
            "port = 0",
            f'tls-certificate = "{certificate}"',
            f'tls-key = "{key}"',
            f'token = "{self._spec.token}"',
            "staleness = 1000000  # the fleet's issuer holds the bound",
        ]
        for path, content in (
            (certificate, identity.certificate),
            (key, identity.key),
            (extra, "\n".join(lines).encode()),
        ):
            with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
        return extra

    def watch(self) -> int:
        """Waits until the engine or its model server has ended and returns its exit status."""
        while self._process is not None:
            status = self._process.exit_status()
            if status is None and self._server is not None:
                status = self._server.exit_status()
            if status is not None:
                return status
            time.sleep(_LOOK_S)
        return 0

    def log(self) -> str:
        """Returns the end of the engine's log."""
        return "" if self._process is None else self._process.tail()

    def stop(self) -> int:
        """Ends the engine; what is durable there is not needed any more."""
        status = 0 if self._process is None else self._process.stop()
        if self._server is not None:
            self._server.stop()
        return status


EngineActor = ray.remote(concurrency_groups={"watch": 1})(_EngineActor)
"""``watch`` waits in a thread of its own, beside all other calls."""
