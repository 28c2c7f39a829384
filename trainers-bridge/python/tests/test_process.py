"""Processes: starting, failing to start, and ending with the trainer however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import coppice_rl

SOURCE = Path(__file__).resolve().parents[1] / "src"


def gone(pid: int, within_s: float = 20.0) -> bool:
    """Waits for a process that is not our child to end."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        os.sched_yield()
    return False


def test_a_started_engine_gives_groups_and_ends_with_its_context(
    start: Callable[..., coppice_rl.Engine],
) -> None:
    with start() as engine:
        assert engine.process is not None and engine.folder is not None
        pid = engine.process.pid
        submitted = engine.submit(count=3)
        batches = list(engine.batches(groups=2, total=3, timeout_s=60))
        assert sorted(group for batch in batches for group in batch.ids) == sorted(submitted)
        for batch in batches:
            engine.ack(batch)
        assert engine.status().counts.acknowledged == 3
    assert gone(pid)


def test_configuration_and_overrides_reach_the_engine(launcher: Path, tmp_path: Path) -> None:
    overrides = {"bridge.batch": 16, "run.arms": ["chain", "tree"], "bridge.x": True}
    with coppice_rl.Engine.start(
        "drawers.toml", out=tmp_path, overrides=overrides, coppice=launcher.parent
    ) as engine:
        assert engine.process is not None
        assert (
            "serve @ drawers.toml --bridge.batch 16 --run.arms chain,tree --bridge.x true "
            f"--out {tmp_path} --with-parent"
        ) in engine.process.tail()
        assert engine.folder == tmp_path


def test_plugs_of_ones_own_reach_the_engine(launcher: Path, tmp_path: Path) -> None:
    plugs = f"{tmp_path / 'a.jar'}:{tmp_path}"
    with coppice_rl.Engine.start("drawers.toml", classpath=plugs, coppice=launcher) as engine:
        assert engine.process is not None
        assert f"serve --classpath {plugs} @ drawers.toml --with-parent" in engine.process.tail()


def test_an_engine_that_refuses_its_configuration_says_why(launcher: Path) -> None:
    with pytest.raises(
        coppice_rl.StartError, match=r"status 2 .*\n.*\n.*did you mean tree\.policy"
    ):
        coppice_rl.Engine.start("broken.toml", coppice=launcher)


def test_an_engine_that_takes_too_long_is_ended(launcher: Path) -> None:
    with pytest.raises(coppice_rl.StartError, match="not ready after 0 s"):
        coppice_rl.Engine.start("slow.toml", coppice=launcher, ready_s=0.3)


def test_an_engine_that_greets_in_another_way_is_named(launcher: Path) -> None:
    with pytest.raises(coppice_rl.StartError, match="greeted with b'hello there"):
        coppice_rl.Engine.start("chatty.toml", coppice=launcher)


def test_a_missing_launcher_is_named(tmp_path: Path) -> None:
    with pytest.raises(coppice_rl.StartError, match="COPPICE_HOME"):
        coppice_rl.Engine.start("a.toml", coppice=tmp_path / "nothing")


def test_an_engine_killed_under_the_trainer_is_noticed(launcher: Path) -> None:
    with coppice_rl.Engine.start("drawers.toml", coppice=launcher) as engine:
        assert engine.process is not None
        engine.submit(count=1)
        list(engine.batches(groups=1, total=1))
        os.kill(engine.process.pid, signal.SIGKILL)
        with pytest.raises(coppice_rl.StoppedError, match="status -9"):
            list(engine.batches(groups=1, total=1, timeout_s=30))


def test_the_engine_ends_when_the_trainer_is_killed_although_a_forked_worker_lives(
    launcher: Path,
) -> None:
    trainer = f"""
import os, sys, time
sys.path.insert(0, {str(SOURCE)!r})
import coppice_rl
engine = coppice_rl.Engine.start("drawers.toml", coppice={str(launcher)!r})
worker = os.fork()
if worker == 0:
    time.sleep(60)
    os._exit(0)
print(engine.process.pid, worker, flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", trainer], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    engine_pid, worker = map(int, process.stdout.readline().split())
    try:
        process.kill()
        process.wait()
        assert gone(engine_pid)
    finally:
        os.kill(worker, signal.SIGKILL)
        process.stdout.close()


def test_importing_and_starting_need_no_torch() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r}); sys.modules['torch'] = None; "
        "import coppice_rl, coppice_rl.adapters; print('well')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "well\n", done.stderr
