"""What becomes of tokens that are not plainly the policy's own in a world that is real.

A node's ``provenance`` names its marks: ``simulated`` (a model simulated a call the node follows
from), ``mixed_version`` (more than one version of the weights sampled it), ``foreign_model`` (another
model wrote it), ``rewritten`` (the context before it was rewritten). A rule says per mark:

* ``refuse`` raises :class:`MarkedError`, which names the mark;
* ``mask`` sets the loss mask of the marked tokens to 0 and trains all others;
* ``keep`` trains them.

By default everything is refused but ``mixed_version``, which is kept: its tokens say themselves which
weights sampled them. A rule is one word for all four marks, or words by mark over the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeVar, Union

import numpy as np

from coppice_rl.columns import Int8, Int64, Ragged, gather
from coppice_rl.errors import MarkedError
from coppice_rl.rows import FlatGroup, PackedGroup
from coppice_rl.trace import MARKS

Rule = Literal["refuse", "mask", "keep"]
MarkRule = Union[Rule, Mapping[str, Rule], None]
RULES = ("refuse", "mask", "keep")
DEFAULT: Mapping[str, Rule] = {
    "simulated": "refuse",
    "mixed_version": "keep",
    "foreign_model": "refuse",
    "rewritten": "refuse",
}

G = TypeVar("G", bound=Union[PackedGroup, FlatGroup])


def rules_of(marks: MarkRule) -> Mapping[str, Rule]:
    """Spells a rule out by mark, refusing words and marks that are not known."""
    if marks is None:
        return DEFAULT
    given: Mapping[str, Rule] = dict.fromkeys(MARKS, marks) if isinstance(marks, str) else marks
    for mark, rule in given.items():
        if mark not in MARKS or rule not in RULES:
            raise ValueError(
                f"marks={marks!r} must be one of {list(RULES)}, or such words for some of "
                f"{list(MARKS)}"
            )
    return {**DEFAULT, **given}


def apply_marks(group: G, marks: MarkRule = None) -> G:
    """Refuses a group, or takes its marked tokens out of the loss mask.

    :raises MarkedError: if a node has a mark whose rule is ``refuse``.
    """
    rules = rules_of(marks)
    for mark in MARKS:
        if rules[mark] == "refuse" and _has(group, mark):
            raise MarkedError(mark, group.outcomes.group)
    masked = [mark for mark in MARKS if rules[mark] == "mask" and _has(group, mark)]
    if not masked:
        return group
    places = _tokens(group, masked)
    mask: Int8 = group.loss_mask.values.copy()
    mask[places] = 0
    return replace(group, loss_mask=Ragged(mask, group.loss_mask.offsets))


def _has(group: PackedGroup | FlatGroup, mark: str) -> bool:
    if isinstance(group, PackedGroup):
        return bool(group.marked(mark).any())
    return bool((group.marks.mark == MARKS.index(mark)).any())


def _tokens(group: PackedGroup | FlatGroup, marks: list[str]) -> Int64:
    """Lists the places of the tokens that have one of some marks."""
    if isinstance(group, PackedGroup):
        nodes = np.flatnonzero(np.any([group.marked(mark) for mark in marks], axis=0))
        return gather(group.tokens.offsets[nodes], group.tokens.lengths[nodes])
    runs = np.isin(group.marks.mark, [MARKS.index(mark) for mark in marks])
    row = np.repeat(np.arange(len(group)), np.diff(group.marks.offsets))[runs]
    starts = group.tokens.offsets[row] + group.marks.start[runs]
    return gather(starts, group.marks.length[runs])
