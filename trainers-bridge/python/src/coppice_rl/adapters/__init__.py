"""Adapters to trainers by name: ``coppice_rl.adapters.trl``, ``.verl`` and ``.verifiers``.

Each imports its trainer, so importing :mod:`coppice_rl` itself needs none of them. They all work on
:class:`Path`, one root-to-leaf path with everything a trainer wants of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from coppice_rl.columns import Float32, Int8, Int32
from coppice_rl.marks import MarkRule, apply_marks, rules_of
from coppice_rl.rows import FlatGroup, PackedGroup
from coppice_rl.runs import NOT_SAMPLED

COMPLETED = 0
"""The status of a path whose episode came to its own end."""


@dataclass(frozen=True)
class Path:
    """One path of a group, as views; the arrays cover prompt and completion.

    ``reward`` is NaN where unknown. ``advantages`` are per token, 0 where the group has none.
    ``draw`` counts the rows of one leaf where each draw has a row, and ``draws`` is what a row stands
    for: 1 then, else a loss weighs the row by it. ``first_version`` and ``last_version`` are the weights that sampled its first and last token.
    """

    group: int
    rollout: int
    leaf: int
    status: int
    reward: float
    advantage: float
    prompt_len: int
    tokens: Int32
    loss_mask: Int8
    logprobs: Float32
    advantages: Float32
    first_version: int
    last_version: int
    draw: int = 0
    draws: int = 1

    @property
    def prompt(self) -> list[int]:
        """Token ids before the first sampled one."""
        return self.tokens[: self.prompt_len].tolist()

    @property
    def completion(self) -> list[int]:
        """Token ids from the first sampled one on, observations among them."""
        return self.tokens[self.prompt_len :].tolist()

    @property
    def finished(self) -> bool:
        """Whether the episode came to its own end, and no limit cut it."""
        return self.status == COMPLETED

    @property
    def trained(self) -> bool:
        """Whether any of its tokens may be trained."""
        return bool(self.loss_mask.any())


def paths(
    groups: Iterable[PackedGroup | FlatGroup],
    *,
    marks: MarkRule = None,
    per: Literal["path", "draw"] = "draw",
) -> Iterator[Path]:
    """Lists the paths of a batch, group by group, expanded where it is tree-packed.

    :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
    :param per: ``draw`` gives a row for every sample, ``path`` one for all that are equal.
    """
    if per not in ("path", "draw"):
        raise ValueError(f"per={per!r} must be path or draw")
    rules_of(marks)
    for group in groups:
        applied = apply_marks(group, marks)
        flat = applied.expand() if isinstance(applied, PackedGroup) else applied
        flat = flat.per_draw() if per == "draw" else flat
        draw = 0
        for row in range(len(flat)):
            again = row > 0 and flat.outcomes.leaf[row] == flat.outcomes.leaf[row - 1]
            draw = draw + 1 if again else 0
            yield _path(flat, row, draw)


def _path(flat: FlatGroup, row: int, draw: int) -> Path:
    outcomes, runs = flat.outcomes, flat.version_runs
    tokens = flat.tokens[row]
    versions = runs.version[runs.offsets[row] : runs.offsets[row + 1]]
    sampled = versions[versions != NOT_SAMPLED]
    advantages = flat.advantages
    return Path(
        group=outcomes.group,
        rollout=int(outcomes.rollout[row]),
        leaf=int(outcomes.leaf[row]),
        status=int(outcomes.status[row]),
        reward=float(outcomes.reward[row]),
        advantage=float(outcomes.advantage[row]),
        prompt_len=int(flat.prompt_len[row]),
        tokens=tokens,
        loss_mask=flat.loss_mask[row],
        logprobs=flat.logprobs[row],
        advantages=(np.zeros(len(tokens), np.float32) if advantages is None else advantages[row]),
        first_version=int(sampled.min()) if len(sampled) else NOT_SAMPLED,
        last_version=int(sampled.max()) if len(sampled) else NOT_SAMPLED,
        draw=draw,
        draws=int(outcomes.draws[row]),
    )
