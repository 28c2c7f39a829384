"""Where this project's ``./coppice`` is, and the script ``coppice-rl`` that hands over to it.

A program named ``coppice`` on the PATH is another project's, so the PATH is never looked at.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from coppice_rl.errors import StartError

_LAUNCHER = "coppice"
_OF_A_CHECKOUT = Path("trainers-bridge", "python", "pyproject.toml")
_OF_A_WHEEL = Path("lib", "order")


def find_launcher(coppice: str | Path | None = None) -> str:
    """Finds the launcher: as named, in COPPICE_HOME, in this wheel, in a checkout.

    The checkout is looked for in the working folder and above this file.

    :param coppice: the launcher or its folder.
    :returns: its absolute path.
    :raises StartError: where there is none; a name that is wrong is never replaced by a guess.
    """
    if coppice is not None:
        return _named(Path(coppice))
    if os.environ.get("COPPICE_HOME"):
        return _in_home(Path(os.environ["COPPICE_HOME"]))
    inside = Path(__file__).resolve().parent / "_engine"
    for folder in (inside, Path.cwd(), *Path(__file__).resolve().parents):
        if _is_checkout(folder):
            return str(folder / _LAUNCHER)
    raise StartError(
        "the launcher ./coppice of this project was not found in the working folder or above the "
        "package; set COPPICE_HOME to the folder of the checkout, or name the launcher with "
        "coppice=... (a program coppice on the PATH is not looked at: it is another project's)"
    )


def main() -> int:
    """Becomes the launcher with the arguments of this call; returns 2 where that cannot be."""
    try:
        launcher = find_launcher()
        os.execv(launcher, [launcher, *sys.argv[1:]])
    except StartError as fault:
        print(f"coppice-rl: {fault}", file=sys.stderr)
    except OSError as fault:
        print(f"coppice-rl: {launcher} cannot be run ({fault.strerror})", file=sys.stderr)
    return 2


def _named(path: Path) -> str:
    launcher = (path / _LAUNCHER if path.is_dir() else path).resolve()
    if not _is_program(launcher):
        raise StartError(
            f"coppice={path}: {launcher} is no executable file; name the launcher ./coppice or the "
            f"folder of the checkout, or leave it out and set COPPICE_HOME to that folder"
        )
    return str(launcher)


def _in_home(folder: Path) -> str:
    if not _is_checkout(folder):
        raise StartError(
            f"COPPICE_HOME={folder} is no checkout of this project: it needs the launcher "
            f"{_LAUNCHER} and {_OF_A_CHECKOUT}; set it to the folder of the checkout"
        )
    return str(folder.resolve() / _LAUNCHER)


def _is_checkout(folder: Path) -> bool:
    marks = (folder / _OF_A_CHECKOUT, folder / _OF_A_WHEEL)
    return _is_program(folder / _LAUNCHER) and any(mark.is_file() for mark in marks)


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
