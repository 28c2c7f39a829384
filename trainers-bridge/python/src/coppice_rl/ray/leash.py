"""Runs a command that ends when standard input closes: ``python -m coppice_rl.ray.leash COMMAND ...``.

The pipe closes however its writer ends. The command has a process group of its own, which is killed
as a whole; should this process be killed itself, the kernel kills the command.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1
_GRACE_S = 3.0


def _dies_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(command: list[str]) -> int:
    """Runs the command; returns its exit status."""
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_dies_with_parent
    )

    def end_at_eof() -> None:
        while os.read(0, 65536):
            pass
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE_S)
                return

    threading.Thread(target=end_at_eof, daemon=True).start()
    status = child.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # what it started
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
