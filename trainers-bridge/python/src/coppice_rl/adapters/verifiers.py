"""verifiers and prime-rl: a group's trees as message graphs with advantages on their nodes.

The tree goes over one to one: a node keeps its parent, its own tokens, mask, log-probabilities and
advantages, and a shared prefix stays shared. prime-rl trains a shared node once; its advantages can
be multiplied by the number of scored draws through it, which gives the sum of the flat form's
gradient. A trainer that divides by the tokens it sees divides by fewer than the flat form has:
``normalise`` takes that out, so that its mean is the flat form's mean.

Pinned and tested with verifiers 0.4.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from verifiers.v1.agent import AgentConfig
from verifiers.v1.graph import MessageNode
from verifiers.v1.task import TaskData
from verifiers.v1.trace import AgentInfo, Reward, Trace, TraceTask
from verifiers.v1.types import AssistantMessage, ToolMessage, UserMessage

from coppice_rl.header import Header
from coppice_rl.marks import MarkRule, apply_marks
from coppice_rl.rows import PackedGroup

Decode = Callable[[Sequence[int]], str]


def to_traces(
    groups: Iterable[PackedGroup],
    header: Header,
    *,
    decode: Decode | None = None,
    repeat_shared: bool = True,
    normalise: bool = False,
    marks: MarkRule = None,
) -> list[Trace]:
    """Makes one trace per tree.

    :param header: of the batch; it names the kinds of nodes.
    :param decode: turns token ids into the text of a message; without it messages are empty, which
        the trainer does not mind.
    :param repeat_shared: multiplies a node's advantages by the number of scored draws through it.
    :param normalise: further multiplies all advantages by the trained tokens of these traces over
        those of the flat form, for a trainer that divides the loss by the tokens it trains, as
        prime-rl does. Give all groups of an update in one call: the factor is one for all.
    :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
    """
    if normalise and not repeat_shared:
        raise ValueError("normalise=True needs repeat_shared=True: it is the flat form's mean")
    marked = [apply_marks(every, marks) for every in groups]
    scale = _unique_over_flat(marked) if normalise else 1.0
    traces = []
    for group in marked:
        times = _times(group, repeat_shared, scale)
        for root in np.flatnonzero(group.parent < 0):
            traces.append(_trace(group, header, int(root), decode, times))
    return traces


def _unique_over_flat(groups: Sequence[PackedGroup]) -> float:
    """The trained tokens, each once, over those of the flat form with a row per draw."""
    unique = flat = 0.0
    for group in groups:
        for row in range(len(group)):
            tokens = float(np.count_nonzero(group.loss_mask[row]))
            draws = float(group.scored_draws[row])
            unique += tokens if draws else 0.0
            flat += tokens * draws
    return unique / flat if flat else 1.0


def _times(group: PackedGroup, repeat_shared: bool, scale: float) -> NDArray[np.float64]:
    """What each node's advantages are multiplied by."""
    times = group.scored_draws.astype(np.float64) if repeat_shared else np.ones(len(group))
    return times * scale


def _trace(
    group: PackedGroup,
    header: Header,
    root: int,
    decode: Decode | None,
    times: NDArray[np.float64],
) -> Trace:
    roots = np.flatnonzero(group.parent < 0)
    later = roots[roots > root]
    end = int(later[0]) if len(later) else len(group)
    nodes = [_node(group, header, row, root, decode, times[row]) for row in range(root, end)]
    here = (group.leaf_node >= root) & (group.leaf_node < end)
    rewards = group.outcomes.reward[here]
    draws = group.outcomes.draws[here]
    known = ~np.isnan(rewards)
    scored, times = rewards[known], draws[known]
    name = group.outcomes.group_name or str(group.outcomes.group)
    leaves = [
        {
            "node": int(node) - root,
            "reward": None if np.isnan(reward) else float(reward),
            "draws": int(count),
        }
        for node, reward, count in zip(group.leaf_node[here], rewards, draws, strict=True)
    ]
    return Trace(
        task=TraceTask(type="coppice", data=TaskData(id=name, prompt=nodes[0].message.content)),
        agent=AgentInfo(config=AgentConfig()),
        nodes=nodes,
        rewards={
            "coppice": Reward(score=float(np.average(scored, weights=times)))
            if len(scored)
            else None
        },
        info={
            "group": group.outcomes.group,
            "tree": int(group.tree[root]),
            "leaves": leaves,
            # One a node: what its tokens weigh in the flat form's loss.
            "loss_weights": group.scored_draws[root:end].tolist(),
        },
        is_completed=True,
        ok=len(scored) > 0,
    )


def _node(
    group: PackedGroup,
    header: Header,
    row: int,
    root: int,
    decode: Decode | None,
    times: float,
) -> MessageNode:
    tokens = group.tokens[row].tolist()
    mask = group.loss_mask[row].astype(bool)
    kind = header.node_kinds[int(group.kind[row])]
    parent = int(group.parent[row])
    sampled = kind in ("action", "fold")
    advantages = group.advantages[row]
    if len(advantages) == len(mask):
        credit = (advantages[mask] * np.float32(times)).tolist()
    else:
        credit = None
    return MessageNode(
        parent=None if parent < 0 else parent - root,
        message=_message(
            "action" if _forced(group, header, row) else kind, decode(tokens) if decode else "", row
        ),
        sampled=sampled,
        token_ids=tokens,
        mask=mask.tolist(),
        logprobs=group.logprobs[row][mask].tolist() if sampled else [],
        advantages=credit if sampled else None,
    )


def _forced(group: PackedGroup, header: Header, row: int) -> bool:
    """Whether nobody sampled the tokens, though they stand in the middle of a turn."""
    kinds = group.spans.kind[group.spans.offsets[row] : group.spans.offsets[row + 1]]
    names = {header.span_kinds[int(kind)] for kind in kinds}
    return header.node_kinds[int(group.kind[row])] == "observation" and names == {"template"}


def _message(kind: str, text: str, row: int) -> Any:
    if kind == "prompt":
        return UserMessage(content=text)
    if kind == "observation":
        return ToolMessage(tool_call_id=f"call-{row}", content=text)
    return AssistantMessage(content=text)
