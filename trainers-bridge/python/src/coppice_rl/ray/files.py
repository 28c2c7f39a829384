"""A folder of weights on its way between machines, through Ray's object store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import ray

from coppice_rl.weights import WEIGHTS


@dataclass(frozen=True)
class WeightsFiles:
    """A folder of weights: its small files, and the large one as an array in the object store."""

    name: str
    small: Mapping[str, bytes]
    content: Any

    @staticmethod
    def of(folder: str | Path) -> WeightsFiles:
        """Reads a folder; its weights go into the object store once."""
        path = Path(folder)
        small = {file.name: file.read_bytes() for file in sorted(path.glob("*.json"))}
        content = np.fromfile(path / WEIGHTS, dtype=np.uint8)
        return WeightsFiles(path.name, small, ray.put(content))


def install(parent: Path, name: str, small: Mapping[str, bytes], content: Any) -> str:
    """Makes a folder of weights, once for all processes of a machine, and returns it.

    :param content: the bytes of the large file, as an array of the object store.
    """
    final = parent / name
    if final.is_dir():
        return str(final)
    aside = parent / f".{name}-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for file, text in small.items():
        (aside / file).write_bytes(text)
    with (aside / WEIGHTS).open("wb") as large:
        large.write(memoryview(content))
        large.flush()
        os.fsync(large.fileno())
    try:
        aside.rename(final)
    except OSError:  # another process of this machine was quicker
        shutil.rmtree(aside, ignore_errors=True)
    return str(final)
