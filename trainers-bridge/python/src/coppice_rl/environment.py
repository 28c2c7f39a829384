"""Environments given as Python objects: modules, data sets, reward functions, tools, factories.

A module with a file is named by it. Anything else is laid out in a folder: rows as JSON lines, functions
and classes as cloudpickle writes them, which takes those of a notebook along.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

_SOURCE = '''"""Laid out by coppice_rl: what a trainer gave as Python objects."""
import importlib.util
import os
import pickle
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
if {module!r}:
    spec = importlib.util.spec_from_file_location({name!r}, {module!r})
    base = importlib.util.module_from_spec(spec)
    sys.modules[{name!r}] = base
    spec.loader.exec_module(base)
    globals().update({{key: value for key, value in vars(base).items() if not key.startswith("__")}})
with open(os.path.join(HERE, "parts.pkl"), "rb") as file:
    globals().update(pickle.load(file))
if {rows!r}:
    tasks = {rows!r}
chained = True  # Functions bring variables of their own, which no digest of this module would see.
'''


@dataclass(frozen=True)
class Parts:
    """What a trainer gives of an environment; what is None is the module's own."""

    environment: ModuleType | str | Path | None = None
    dataset: Any = None
    reward_funcs: Sequence[Callable[..., Any]] | Callable[..., Any] | None = None
    tools: Sequence[Callable[..., Any]] | None = None
    environment_factory: Callable[[], Any] | None = None

    def is_empty(self) -> bool:
        """Tells whether nothing was given."""
        return all(
            part is None
            for part in (self.environment, self.dataset, *self.functions().values())
        )

    def functions(self) -> dict[str, Any]:
        """The parts that are code, by the names an environment's file has for them."""
        rewards = self.reward_funcs
        return {
            "reward_funcs": [rewards] if callable(rewards) else rewards,
            "tools": self.tools,
            "environment_factory": self.environment_factory,
        }


def lay_out(parts: Parts, folder: Path) -> dict[str, Any]:
    """Returns the configuration keys that name an environment, laid out in a folder where it must be.

    :raises TypeError: if a part cannot travel to another process, with its name and the reason.
    """
    code = {name: part for name, part in parts.functions().items() if part is not None}
    keys: dict[str, Any] = {"world.python": sys.executable}
    module = parts.environment
    if isinstance(module, ModuleType):
        module = getattr(module, "__file__", None)
        if module is None:
            raise TypeError(f"the module {parts.environment!r} has no file: give its functions instead")
    if not code and parts.dataset is None:
        name = str(module)
        return {"task.environment": str(Path(name).resolve()) if name.endswith(".py") else name, **keys}
    if module is not None and not str(module).endswith(".py"):
        raise TypeError(f"tools, reward_funcs and dataset go with a module or a file, not with {module}")
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows(parts.dataset, folder)
    (folder / "parts.pkl").write_bytes(_pickled(code))
    file = folder / "given_env.py"
    source = str(Path(str(module)).resolve()) if module is not None else ""
    file.write_text(
        _SOURCE.format(module=source, name=Path(source).stem, rows=rows),
        encoding="utf-8",
    )
    if source:
        keys["task.python-env.readable"] = [str(Path(source).parent)]
    return {"task.environment": str(file), **keys}


def _rows(dataset: Any, folder: Path) -> str:
    if dataset is None:
        return ""
    if isinstance(dataset, str | Path):
        return str(Path(dataset).resolve())
    if isinstance(dataset, Mapping):  # Splits of a data set.
        dataset = dataset["train"] if "train" in dataset else next(iter(dataset.values()))
    path = folder / "rows.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for place, row in enumerate(_rows_of(dataset)):
            try:
                file.write(json.dumps(dict(row), ensure_ascii=False, allow_nan=False) + "\n")
            except (TypeError, ValueError) as fault:
                raise TypeError(f"row {place} of the dataset cannot travel: {fault}") from None
    return str(path)


def _rows_of(dataset: Any) -> Iterable[Any]:
    if hasattr(dataset, "to_list"):
        return dataset.to_list()  # type: ignore[no-any-return]
    return dataset  # type: ignore[no-any-return]


def _pickled(code: Mapping[str, Any]) -> bytes:
    for name, part in code.items():
        for one in part if isinstance(part, Sequence) else [part]:
            _travels(name, one)
    return _dumps(dict(code))


def _travels(name: str, part: Any) -> None:
    called = getattr(part, "__qualname__", type(part).__name__)
    try:
        _by_value(part)
        pickle.loads(_dumps(part))
    except Exception as fault:
        raise TypeError(f"{name}: {called} cannot travel to the environment's process: {fault}") from fault


def _by_value(part: Any) -> None:
    """Has a module of the user's own travel whole: the environment's sandbox does not see its folder."""
    module = sys.modules.get(getattr(part, "__module__", "") or "")
    file = getattr(module, "__file__", None)
    installed = (sys.prefix, sys.base_prefix)
    if module is not None and file and not str(Path(file).resolve()).startswith(installed):
        importlib.import_module("cloudpickle").register_pickle_by_value(module)


def _dumps(value: Any) -> bytes:
    try:
        cloudpickle = importlib.import_module("cloudpickle")
    except ModuleNotFoundError:
        raise TypeError(
            "functions that no file defines need cloudpickle: pip install cloudpickle, or write a"
            " my_env.py and give environment=\"my_env.py\""
        ) from None
    return bytes(cloudpickle.dumps(value))
