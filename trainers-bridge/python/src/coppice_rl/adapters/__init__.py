"""Adapters to trainers by name: ``coppice_rl.adapters.trl``, ``.verl`` and ``.verifiers``.

Each imports its trainer, so importing :mod:`coppice_rl` itself needs none of them. They all work on
:class:`Path`, one root-to-leaf path with everything a trainer wants of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from coppice_rl.columns import Float32, Int8, Int32
from coppice_rl.rows import NOT_SAMPLED, FlatGroup, PackedGroup


@dataclass(frozen=True)
class Path:
    """One path of a group, as views; the arrays cover prompt and completion.

    ``reward`` is NaN where unknown. ``advantages`` are per token, 0 where the group has none.
    ``first_version`` and ``last_version`` are the weights that sampled its first and last token.
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

    @property
    def prompt(self) -> list[int]:
        """Token ids before the first sampled one."""
        return self.tokens[: self.prompt_len].tolist()

    @property
    def completion(self) -> list[int]:
        """Token ids from the first sampled one on, observations among them."""
        return self.tokens[self.prompt_len :].tolist()

    @property
    def trained(self) -> bool:
        """Whether any of its tokens may be trained."""
        return bool(self.loss_mask.any())


def paths(groups: Iterable[PackedGroup | FlatGroup]) -> Iterator[Path]:
    """Lists the paths of a batch, group by group, expanded where it is tree-packed."""
    for group in groups:
        flat = group.expand() if isinstance(group, PackedGroup) else group
        for row in range(len(flat)):
            yield _path(flat, row)


def _path(flat: FlatGroup, row: int) -> Path:
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
    )
