"""The launcher is this project's own: a program named ``coppice`` on the PATH is never called."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from conftest import LAUNCHER, PROJECT

import coppice_rl
from coppice_rl.launcher import find_launcher

PACKAGE = Path(coppice_rl.__file__).parent
START = "import coppice_rl; coppice_rl.Engine.start('drawers.toml')"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture()
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """First on the PATH and in the working folder: a ``coppice`` that leaves a mark if called."""
    mark = tmp_path / "called"
    fake = program(tmp_path / "bin" / "coppice", f'echo "$@" >> "{mark}"')
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("COPPICE_HOME", raising=False)
    monkeypatch.chdir(fake.parent)
    assert shutil.which("coppice") == str(fake)
    return mark


@pytest.fixture()
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package away from any checkout, as pip installs it."""
    place = tmp_path / "site-packages"
    shutil.copytree(PACKAGE, place / PACKAGE.name)
    monkeypatch.setenv("PYTHONPATH", str(place))
    return place


@pytest.fixture()
def checkout(tmp_path: Path) -> Path:
    """A checkout whose launcher says how it was called and ends with status 7."""
    folder = tmp_path / "checkout"
    marker = folder / "trainers-bridge" / "python" / "pyproject.toml"
    marker.parent.mkdir(parents=True)
    marker.touch()
    program(folder / "coppice", 'echo "ours: $@"; exit 7')
    return folder


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60)


def test_without_a_checkout_the_mend_is_named_and_the_path_is_not_looked_at(
    another: Path, installed: Path
) -> None:
    place = run("-c", "import coppice_rl; print(coppice_rl.__file__)").stdout.strip()
    assert Path(place).is_relative_to(installed)
    started = run("-c", START)
    assert started.returncode == 1
    assert "StartError: the launcher ./coppice of this project was not found" in started.stderr
    assert "set COPPICE_HOME to the folder of the checkout" in started.stderr
    script = run("-m", "coppice_rl", "run", "--help")
    assert script.returncode == 2
    assert script.stderr.startswith("coppice-rl: the launcher ./coppice of this project was not")
    assert not another.exists()


def test_coppice_home_is_called_and_not_the_path(
    another: Path, installed: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPPICE_HOME", str(checkout))
    script = run("-m", "coppice_rl", "run", "@", "a b.toml")
    assert (script.returncode, script.stdout) == (7, "ours: run @ a b.toml\n")
    started = run("-c", START)
    assert "StartError: the engine greeted with b'ours: serve @ drawers.toml" in started.stderr
    assert not another.exists()


def test_a_wrong_coppice_home_is_named_and_nothing_else_is_called(
    another: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the folder has a program of that name: a bin folder is no checkout."""
    elsewhere = program(tmp_path / "elsewhere" / "coppice", "exit 3").parent
    for folder in (elsewhere, tmp_path / "nowhere"):
        monkeypatch.setenv("COPPICE_HOME", str(folder))
        with pytest.raises(coppice_rl.StartError, match=re.escape(f"COPPICE_HOME={folder} is no")):
            find_launcher()
        assert run("-m", "coppice_rl").returncode == 2
    assert not another.exists()


def test_the_working_folder_serves_where_it_is_a_checkout(
    another: Path, installed: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    assert run("-m", "coppice_rl", "trees").stdout == "ours: trees\n"
    assert not another.exists()


def test_a_package_in_its_checkout_finds_the_launcher_beside_it(another: Path) -> None:
    assert find_launcher() == str(LAUNCHER)


def test_a_named_launcher_is_a_path_and_never_a_word_to_look_up(
    another: Path, tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(coppice_rl.StartError, match="is no executable file; name the launcher"):
        coppice_rl.Engine.start("a.toml", coppice="coppice")
    assert find_launcher(checkout) == find_launcher("checkout/coppice") == str(checkout / "coppice")
    assert not another.exists()


def test_the_installed_script_hands_over_to_the_launcher(
    another: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Path(sysconfig.get_path("scripts")) / "coppice-rl"
    if not script.is_file():
        pytest.skip("the package is not installed; pip install -e trainers-bridge/python")
    monkeypatch.setenv("COPPICE_HOME", str(checkout))
    called = subprocess.run([str(script), "serve"], capture_output=True, text=True, timeout=60)
    assert (called.returncode, called.stdout) == (7, "ours: serve\n")
    assert not another.exists()


def test_no_source_looks_coppice_up() -> None:
    """Programs and examples name the launcher by its place."""
    looked_up = re.compile(r"""(which\(|\[|run\(|Popen\(|exec\w*\()\s*["']coppice["' ]""")
    places = [PACKAGE, PROJECT / "trainers-bridge" / "python" / "benchmarks"]
    places += [PROJECT / "examples", PROJECT / "bench" / "peer"]
    sources = [source for place in places for source in place.rglob("*.py")]
    assert len(sources) > 20
    for source in sources:
        assert not looked_up.search(source.read_text()), source
