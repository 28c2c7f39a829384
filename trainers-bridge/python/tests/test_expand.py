"""Expansion against a plain loop, on random forests made here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from coppice_rl.columns import gather
from coppice_rl.rows import PackedGroup
from coppice_rl.trace import MARKS

VERSIONS = pa.list_(pa.struct([("version", pa.int32()), ("length", pa.int32())]))
SPANS = pa.list_(
    pa.struct(
        [("start", pa.int32()), ("length", pa.int32()), ("kind", pa.int8()), ("call", pa.int32())]
    )
)


def forest(seed: int) -> PackedGroup:
    """Makes a random forest; every node without children ends a path."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 12))
    parent = [-1]
    stack = [0]
    for node in range(1, count):
        while len(stack) > 1 and random.random() < 0.5:
            stack.pop()
        parent.append(stack[-1])
        stack.append(node)
    tokens = [random.integers(0, 99, random.integers(0, 6)).tolist() for _ in range(count)]
    start = [0] * count
    for node in range(1, count):
        start[node] = start[parent[node]] + len(tokens[parent[node]])
    sampled = [node > 0 and random.random() < 0.7 for node in range(count)]
    ends = [node for node in range(count) if node not in parent]
    draws = [0] * count
    for node in reversed(range(count)):
        below = [draws[child] for child in range(count) if parent[child] == node]
        draws[node] = sum(below) if below else int(random.integers(1, 4))
    marks = [
        [mark for mark in MARKS if node > 0 and random.random() < 0.1] for node in range(count)
    ]
    reward = [None if random.random() < 0.3 else float(random.integers(0, 2)) for _ in ends]
    nodes = pa.record_batch(
        {
            "group": pa.array([7] * count, pa.int64()),
            "node": pa.array(range(count), pa.int32()),
            "parent": pa.array(parent, pa.int32()),
            "start_pos": pa.array(start, pa.int32()),
            "turn": pa.array([0] * count, pa.int16()),
            "kind": pa.array([1 if s else 2 for s in sampled], pa.int8()),
            "tokens": pa.array(tokens, pa.list_(pa.int32())),
            "logprobs": pa.array(
                [random.normal(size=len(t)).tolist() for t in tokens], pa.list_(pa.float32())
            ),
            "loss_mask": pa.array(
                [[int(s)] * len(t) for s, t in zip(sampled, tokens, strict=True)],
                pa.list_(pa.int8()),
            ),
            "advantages": pa.array(
                [
                    random.normal(size=len(t)).tolist() if s else None
                    for s, t in zip(sampled, tokens, strict=True)
                ],
                pa.list_(pa.float32()),
            ),
            "multiplicity": pa.array([1] * count, pa.int32()),
            "path_weight": pa.array([1.0] * count, pa.float32()),
            "version_runs": pa.array(
                [
                    [{"version": int(random.integers(0, 2)) if s else -1, "length": len(t)}]
                    if t
                    else []
                    for s, t in zip(sampled, tokens, strict=True)
                ],
                VERSIONS,
            ),
            "kv_version": pa.array([0] * count, pa.int32()),
            "cached_tokens": pa.array([0] * count, pa.int32()),
            "spans": pa.array(
                [
                    [{"start": 0, "length": len(t), "kind": 1, "call": -1}] if t else []
                    for t in tokens
                ],
                SPANS,
            ),
            "tree": pa.array([0] * count, pa.int32()),
            "source": pa.array(range(count), pa.int32()),
            "draws": pa.array(draws, pa.int32()),
            "tree_draws": pa.array([draws[0]] * count, pa.int32()),
            "provenance": pa.array(marks, pa.list_(pa.utf8())),
        }
    )
    leaves = pa.record_batch(
        {
            "group": pa.array([7] * len(ends), pa.int64()),
            "leaf": pa.array(range(len(ends)), pa.int32()),
            "node": pa.array(ends, pa.int32()),
            "rollout": pa.array(range(len(ends)), pa.int64()),
            "reward": pa.array(reward, pa.float32()),
            "components": pa.array([[] for _ in ends], pa.map_(pa.utf8(), pa.float32())),
            "status": pa.array([0] * len(ends), pa.int8()),
            "stop": pa.array(["eos"] * len(ends)),
            "weight": pa.array([1.0] * len(ends), pa.float32()),
            "advantage": pa.array([None] * len(ends), pa.float32()),
            "tree": pa.array([0] * len(ends), pa.int32()),
            "group_name": pa.array(["g7"] * len(ends)),
            "draws": pa.array([draws[end] for end in ends], pa.int32()),
        }
    )
    return PackedGroup.of(nodes, leaves)


@pytest.mark.parametrize("seed", range(200))
def test_expansion_equals_a_plain_loop(seed: int) -> None:
    group = forest(seed)
    flat = group.expand()
    advantages = group.token_advantages()
    for leaf in range(len(flat)):
        nodes = group.path(leaf)
        tokens = [int(t) for n in nodes for t in group.tokens[n]]
        assert flat.tokens[leaf].tolist() == tokens
        scored = bool(group.outcomes.scored[leaf])
        mask = [int(m) * scored for n in nodes for m in group.loss_mask[n]]
        assert flat.loss_mask[leaf].tolist() == mask
        assert flat.logprobs[leaf].tolist() == [float(p) for n in nodes for p in group.logprobs[n]]
        if flat.advantages is not None:
            offsets = group.tokens.offsets
            expected = [a for n in nodes for a in advantages[offsets[n] : offsets[n + 1]].tolist()]
            assert flat.advantages[leaf].tolist() == expected
        versions = group.version_runs.per_token()
        places = gather(group.tokens.offsets[nodes], group.tokens.lengths[nodes])
        begin, end = flat.version_runs.offsets[leaf], flat.version_runs.offsets[leaf + 1]
        runs = np.repeat(flat.version_runs.version[begin:end], flat.version_runs.length[begin:end])
        assert runs.tolist() == versions[places].tolist()
        assert (np.diff(flat.version_runs.version[begin:end]) != 0).all()
        sampled = [place for place, version in enumerate(runs) if version >= 0]
        assert flat.prompt_len[leaf] == (sampled[0] if sampled else len(tokens))
        prompt, rest = flat.split(leaf)
        assert [*prompt.tolist(), *rest.tolist()] == tokens
        spans = slice(flat.spans.offsets[leaf], flat.spans.offsets[leaf + 1])
        assert flat.spans.start[spans].tolist() == [
            int(group.start_pos[n]) for n in nodes if len(group.tokens[n])
        ]


def test_rows_out_of_range_are_refused() -> None:
    group = forest(3)
    with pytest.raises(IndexError):
        group.tokens[len(group)]
