"""The engine as a process of its own that never outlives the trainer.

Its standard input is a pipe from here: however this process ends, also by ``kill -9``, the pipe
closes and the engine stops.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from coppice_rl.errors import StartError, StoppedError

FORMAT = "coppice.bridge/1"
_TAIL_LINES = 25
_processes: weakref.WeakSet[EngineProcess] = weakref.WeakSet()


class EngineProcess:
    """A running ``./coppice serve``; ``hello`` is the JSON line it greeted with."""

    def __init__(self, command: Sequence[str], *, timeout_s: float) -> None:
        """Starts the process and waits for its greeting.

        :param timeout_s: the most it may take until it is ready, in seconds; the first start of a
            fresh checkout builds the engine.
        """
        self.command = tuple(command)
        handle, name = tempfile.mkstemp(prefix="coppice-", suffix=".log")
        self.log = Path(name)
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=handle,
                bufsize=0,
                start_new_session=True,  # Ctrl-C reaches the trainer, which then stops the engine
            )
        except OSError as fault:
            self.log.unlink()
            raise StartError(
                f"{self.command[0]} cannot be run ({fault.strerror}); name the launcher with "
                f"coppice=..., or the folder of the checkout with COPPICE_HOME"
            ) from fault
        finally:
            os.close(handle)
        _processes.add(self)
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="coppice-output", daemon=True).start()
        try:
            self.hello = self._greeting(timeout_s)
        except BaseException:
            self.stop(wait_s=2)
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """Returns the exit status, or None while it runs."""
        return self._process.poll()

    def check(self) -> None:
        """Raises where the process has ended."""
        status = self._process.poll()
        if status is not None:
            raise StoppedError(f"the engine process ended with status {status}{self.tail()}")

    def tail(self) -> str:
        """Returns the last lines of the log, to end an error message with."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return "; its log is empty" if not lines else "; its log ends:\n  " + "\n  ".join(lines)

    def stop(self, *, wait_s: float = 10.0) -> int:
        """Closes its standard input, then asks, then forces it to end; returns the exit status."""
        self._close_input()
        for signal_number in (None, signal.SIGTERM, signal.SIGKILL):
            if signal_number is not None and self._process.poll() is None:
                os.killpg(self._process.pid, signal_number)
            try:
                self._process.wait(wait_s)
                break
            except subprocess.TimeoutExpired:
                continue
        _processes.discard(self)
        return int(self._process.wait())

    def _greeting(self, timeout_s: float) -> Mapping[str, Any]:
        deadline = time.monotonic() + timeout_s
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise StartError(
                f"the engine was not ready after {timeout_s:.0f} s; give it a longer timeout"
                f"{self.tail()}"
            ) from None
        if line is None:
            status = self._process.wait()
            raise StartError(f"the engine ended with status {status} at its start{self.tail()}")
        try:
            hello = json.loads(line)
            if hello["format"] != FORMAT:
                raise StartError(f"the engine speaks {hello['format']}; this version {FORMAT}")
            return dict(hello)
        except (ValueError, KeyError, TypeError) as fault:
            raise StartError(
                f"the engine greeted with {line[:120]!r} instead of one line of JSON{self.tail()}"
            ) from fault

    def _read(self) -> None:
        output: IO[bytes] | None = self._process.stdout
        if output is not None:
            with output:
                line = output.readline()
                self._lines.put(line or None)
                while output.read(65536):
                    pass  # a pipe nobody reads would stop the engine

    def _close_input(self) -> None:
        if self._process.stdin is not None and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except OSError:
                pass  # it has ended already

    def leave_to_parent(self) -> None:
        """Lets go of the pipe in a forked child, so that the parent's end is the only one."""
        self._close_input()


def _after_fork() -> None:
    for process in list(_processes):
        process.leave_to_parent()
    _processes.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def serve_command(
    launcher: str,
    config: str | Path | None,
    out: str | Path | None,
    resume: str | Path | None,
    overrides: Mapping[str, Any],
    classpath: str | Path | None = None,
) -> list[str]:
    """Spells the call: ``LAUNCHER serve @ FILE --dotted.key value ... --with-parent``."""
    command = [launcher, "serve"]
    if classpath is not None:
        command += ["--classpath", str(classpath)]
    if config is not None:
        command += ["@", str(config)]
    for key, value in overrides.items():
        command += [f"--{key}", _spelled(value)]
    if out is not None:
        command += ["--out", str(out)]
    if resume is not None:
        command += ["--resume", str(resume)]
    return [*command, "--with-parent"]


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(_spelled(item) for item in value)
    return str(value)
