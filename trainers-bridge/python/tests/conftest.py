"""The two engines the contract is held against: the scripted one, and the real one where built."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedEngine

import coppice_rl

PROJECT = Path(__file__).resolve().parents[3]
LAUNCHER = PROJECT / "coppice"


def real_engine_missing() -> str | None:
    """Says why the real engine cannot be used, or None."""
    if not (PROJECT / "app" / "target" / "classpath.txt").is_file():
        return "the engine is not built; run ./coppice once"
    call = subprocess.run([str(LAUNCHER), "serve", "--help"], capture_output=True, timeout=300)
    return None if call.returncode == 0 else "this build has no ./coppice serve"


@pytest.fixture(scope="session")
def built() -> None:
    """Skips where the real engine cannot be used."""
    reason = real_engine_missing()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture()
def server() -> Iterator[ScriptedEngine]:
    """A scripted engine in this process."""
    with ScriptedEngine() as engine:
        yield engine


@pytest.fixture()
def engine(server: ScriptedEngine) -> Iterator[coppice_rl.Engine]:
    """Connected to the scripted engine, with short waits."""
    retry = coppice_rl.Retry(attempts=4, first_s=0.01, most_s=0.05)
    with coppice_rl.Engine.connect(server.where(), timeout_s=10, retry=retry) as connected:
        yield connected


@pytest.fixture()
def launcher(tmp_path: Path) -> Path:
    """A program in the place of ./coppice that runs the scripted engine."""
    path = tmp_path / "coppice"
    script = Path(__file__).parent / "scripted.py"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(params=["scripted", "real"])
def start(
    request: pytest.FixtureRequest, launcher: Path, tmp_path: Path
) -> Callable[..., coppice_rl.Engine]:
    """Starts an engine process: the scripted one, then the real one."""
    if request.param == "real":
        request.getfixturevalue("built")

    def started(**overrides: Any) -> coppice_rl.Engine:
        program = LAUNCHER if request.param == "real" else launcher
        config = PROJECT / "examples" / "countdown.toml"
        return coppice_rl.Engine.start(
            config, out=tmp_path / "runs", coppice=program, overrides=overrides, timeout_s=60
        )

    return started


@pytest.fixture(scope="session")
def openssl() -> str:
    """The program that makes certificates."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    return program


os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
