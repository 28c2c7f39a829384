"""The wheels: what they hold, and that an environment with nothing else runs the engine."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from conftest import LAUNCHER, PROJECT

README_LINES = """
import coppice_rl
seen = 0
with coppice_rl.Engine.start("examples/drawers.toml", overrides={"bridge.batch": 4}) as engine:
    engine.submit(count=8)
    for batch in engine.batches(groups=4, total=8):
        for group in batch:
            weights = group.loss_weight()
            assert len(group.tokens.values) == len(group.positions()) == len(weights)
            assert len(group.parent) > 0 and len(group.token_advantages()) == len(weights)
            seen += 1
        engine.step(batch)
print("groups", seen)
"""


def packaging() -> ModuleType:
    """The script of ``./coppice wheel`` as a module."""
    path = PROJECT / "trainers-bridge" / "python" / "packaging" / "wheel.py"
    spec = importlib.util.spec_from_file_location("coppice_wheel", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("system", "machine", "tag"),
    [
        ("Linux", "x86_64", "manylinux_2_17_x86_64"),
        ("Linux", "aarch64", "manylinux_2_17_aarch64"),
        ("Darwin", "arm64", "macosx_11_0_arm64"),
    ],
)
def test_a_runtime_gets_the_tag_of_its_platform(system: str, machine: str, tag: str) -> None:
    assert packaging().tag_of(system, machine) == tag


def test_a_platform_without_a_runtime_is_refused() -> None:
    wheel = packaging()
    with pytest.raises(wheel.Refused, match="Windows AMD64"):
        wheel.tag_of("Windows", "AMD64")


def like_built(home: Path, names: list[str]) -> Path:
    """A folder that looks like a built checkout with these jars."""
    target = home / "app" / "target"
    target.mkdir(parents=True)
    (target / "app-1.jar").write_bytes(b"app")
    (target / "app-1-tests.jar").write_bytes(b"tests")
    for name in names:
        (home / name).write_bytes(name.encode())
    (target / "classpath.txt").write_text(":".join(str(home / name) for name in names))
    return home


def test_natives_stand_apart_and_the_order_of_the_class_path_is_kept(tmp_path: Path) -> None:
    native = "pytorch-native-cpu-2.7.1-linux-x86_64.jar"
    jars, natives = packaging().jars_of(
        like_built(tmp_path, ["b.jar", native, "junit-4.jar", "x-tests.jar", "a.jar"])
    )
    assert [jar.name for jar in jars] == ["app-1.jar", "b.jar", "a.jar"]
    assert [jar.name for jar in natives] == [native]


def test_an_engine_that_is_not_built_is_refused(tmp_path: Path) -> None:
    wheel = packaging()
    with pytest.raises(wheel.Refused, match="not built"):
        wheel.jars_of(tmp_path)


def unpacked(home: Path) -> Path:
    """An installed engine without jars, as far as the launcher looks before it starts Java."""
    inside = home / "coppice_rl" / "_engine"
    (inside / "lib").mkdir(parents=True)
    (inside / "lib" / "order").write_text("")
    shutil.copy(LAUNCHER, inside / "coppice")
    return inside / "coppice"


def java(folder: Path, version: str, modules: str) -> Path:
    """A Java that says where it lies and with which class path it was called."""
    (folder / "bin").mkdir(parents=True)
    (folder / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
    (folder / "bin" / "java").write_text('#!/bin/sh\necho "$0" "$@"\n')
    (folder / "bin" / "java").chmod(0o755)
    return folder


def call(launcher: Path, home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), **more}
    return subprocess.run(
        [str(launcher), *arguments], env=environment, capture_output=True, text=True, timeout=120
    )


def test_java_comes_from_the_runtime_wheel_before_java_home(tmp_path: Path) -> None:
    launcher = unpacked(tmp_path)
    own = java(tmp_path / "coppice_rl_runtime" / "java", "25.0.3", "jdk.incubator.vector")
    other = java(tmp_path / "jdk", "25.0.3", "jdk.incubator.vector")
    assert call(launcher, tmp_path, "demo", JAVA_HOME=str(other)).stdout.startswith(str(own))


def test_without_the_runtime_wheel_java_home_serves(tmp_path: Path) -> None:
    launcher = unpacked(tmp_path)
    other = java(tmp_path / "jdk", "25.0.3", "jdk.incubator.vector")
    assert call(launcher, tmp_path, "demo", JAVA_HOME=str(other)).stdout.startswith(str(other))


def test_natives_join_the_class_path_where_their_wheel_is(tmp_path: Path) -> None:
    launcher = unpacked(tmp_path)
    java(tmp_path / "coppice_rl_runtime" / "java", "25.0.3", "jdk.incubator.vector")
    assert "torch.jar" not in call(launcher, tmp_path, "demo").stdout
    lib = tmp_path / "coppice_rl_natives" / "lib"
    lib.mkdir(parents=True)
    (lib / "torch.jar").write_bytes(b"")
    assert "torch.jar" in call(launcher, tmp_path, "demo").stdout


def test_what_needs_sources_is_refused(tmp_path: Path) -> None:
    launcher = unpacked(tmp_path)
    java(tmp_path / "coppice_rl_runtime" / "java", "25.0.3", "jdk.incubator.vector")
    for name in ("test", "bench", "soak", "wheel"):
        called = call(launcher, tmp_path, name)
        assert called.returncode == 2 and "checkout" in called.stderr


@pytest.mark.slow
def test_a_clean_environment_runs_the_engine(tmp_path: Path, built: None) -> None:
    dist = tmp_path / "dist"
    subprocess.run([str(LAUNCHER), "wheel", "--to", str(dist)], check=True, timeout=600)
    wheels = sorted(dist.glob("*.whl"))
    assert len(wheels) == 3
    assert all(zipfile.ZipFile(wheel).testzip() is None for wheel in wheels)
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, timeout=300)
    pip = [str(venv / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, *map(str, wheels)], check=True, timeout=600)
    clean = {"PATH": f"{venv / 'bin'}:{only_needed(tmp_path)}", "HOME": str(tmp_path)}

    def runs(*arguments: str) -> str:
        done = subprocess.run(
            arguments, env=clean, cwd=tmp_path, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "tokens" in runs(str(venv / "bin" / "coppice-rl"), "demo")
    assert "usage" in runs(str(venv / "bin" / "coppice-rl"), "view", "--help").lower()
    assert "groups 8" in runs(str(venv / "bin" / "python"), "-c", README_LINES)


def only_needed(tmp_path: Path) -> Path:
    """A folder with the shell's tools and neither a JDK nor Maven."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in "bash sh env cat dirname readlink mkdir grep getconf ls head".split():
        found = shutil.which(name)
        assert found is not None, name
        os.symlink(found, folder / name)
    return folder
