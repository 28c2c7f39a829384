"""A model server of an engine's own: started with it, watched, and ended with it, whatever ends it."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from coppice_rl.errors import StartError

_LOOK_S = 0.2
_STOP_S = 10.0


class ModelServer:
    """A server process behind a leash: it ends when this process does, also by ``kill -9``."""

    def __init__(self, command: str, gpus: str, log: Path) -> None:
        """Starts it.

        :param command: as a shell would read it; ``{port}`` and ``{gpus}`` are filled in.
        :param gpus: the ids of the GPUs that are its own, with commas.
        :param log: file for what it prints.
        """
        self.port = _free_port()
        self.log = log
        filled = command.replace("{port}", str(self.port)).replace("{gpus}", gpus)
        with log.open("wb") as output:
            self._leash = subprocess.Popen(
                [sys.executable, "-m", "coppice_rl.ray.leash", *shlex.split(filled)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process that holds the leash."""
        return self._leash.pid

    def await_ready(self, path: str, timeout_s: float) -> None:
        """Waits until it answers 200.

        :raises StartError: if it ends, or does not answer in time; with the end of its log.
        """
        deadline = time.monotonic() + timeout_s
        while not self._answers(path):
            if self.exit_status() is not None:
                raise StartError(f"the model server ended at its start{self._tail()}")
            if time.monotonic() >= deadline:
                self.stop()
                raise StartError(
                    f"the model server did not answer {self.url}{path} in {timeout_s:.0f} s"
                    f"{self._tail()}"
                )
            time.sleep(_LOOK_S)

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def exit_status(self) -> int | None:
        """Returns the exit status, or None while it runs."""
        return self._leash.poll()

    def stop(self) -> None:
        """Lets go of the leash, which ends the server."""
        if self._leash.stdin is not None:
            self._leash.stdin.close()
        try:
            self._leash.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._leash.kill()
            self._leash.wait()

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return "; its log ends:\n  " + "\n  ".join(lines) if lines else "; its log is empty"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
