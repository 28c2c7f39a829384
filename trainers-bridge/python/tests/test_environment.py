"""Lays environments out that are given as Python objects, and reads them back as the host does."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from coppice_rl.environment import Parts, lay_out

HOST = (
    Path(__file__).resolve().parents[3]
    / "worlds/src/main/resources/dev/coppice/worlds/pyenv"
)


def host_environment(keys: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(HOST))
    names = pytest.importorskip("coppice_world.names")
    return names.environment({"environment": keys["task.environment"], "config": {}, "folder": "."})


def test_functions_of_a_notebook_travel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("cloudpickle")
    found: dict[str, int] = {"k": 3}

    def lookup(key: str) -> str:
        """Looks a key up.

        Args:
            key: What is looked up.
        """
        return str(found[key])

    def exact(completions: list[str], answer: list[str], **columns: Any) -> list[float]:
        return [float(a == b) for a, b in zip(completions, answer, strict=True)]

    rows = [{"prompt": "What is k?", "answer": "3"}]
    keys = lay_out(Parts(dataset=rows, reward_funcs=[exact], tools=[lookup]), tmp_path / "env")
    environment = host_environment(keys, monkeypatch)
    world = environment.open()
    world.reset(0, 1)

    assert keys["world.python"] == sys.executable
    assert [tool["name"] for tool in environment.describe()["tools"]] == ["lookup"]
    assert world.call("lookup", {"key": "k"})["text"] == "3"
    assert world.reward("3", [])["reward"] == 1.0
    assert world.reward("4", [])["reward"] == 0.0


def test_a_module_is_named_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "my_env.py"
    file.write_text("tasks = ['a']\ndef reward(completion): return 1.0\n")
    module = ModuleType("my_env")
    module.__file__ = str(file)

    assert lay_out(Parts(environment=module), tmp_path)["task.environment"] == str(file)
    assert (
        lay_out(Parts(environment="reasoning-gym/countdown"), tmp_path)["task.environment"]
        == "reasoning-gym/countdown"
    )


def test_parts_stand_in_for_those_of_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("cloudpickle")
    file = tmp_path / "base_env.py"
    file.write_text("tasks = ['a']\ndef reward(completion): return 1.0\n")
    parts = Parts(environment=file, dataset=[{"prompt": "x"}], reward_funcs=lambda completion: 0.5)
    keys = lay_out(parts, tmp_path / "env")
    world = host_environment(keys, monkeypatch).open()
    world.reset(0, 1)

    assert keys["task.python-env.readable"] == [str(tmp_path)]
    assert world.reward("anything", [])["reward"] == 0.5


def test_what_cannot_travel_is_refused_by_name(tmp_path: Path) -> None:
    pytest.importorskip("cloudpickle")
    lock = threading.Lock()

    def locked(completion: str) -> float:
        with lock:
            return 1.0

    with pytest.raises(TypeError, match=r"reward_funcs: .*locked cannot travel.*lock"):
        lay_out(Parts(dataset=[{"prompt": "x"}], reward_funcs=[locked]), tmp_path)
    with pytest.raises(TypeError, match="row 1 of the dataset cannot travel"):
        lay_out(Parts(dataset=[{"prompt": "x"}, {"prompt": object()}]), tmp_path)
