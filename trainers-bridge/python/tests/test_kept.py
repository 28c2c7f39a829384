"""Kept ids: read in both forms, and the distribution made again equals the recorded one.

The fixture in ``data/kept`` is a run of the shipped policy, written by

    ./coppice run @ examples/drawers.toml --run.out OUT --run.arms chain --bridge.kept true
        --task.count 2 --task.repeats 1 --tree.trees 3 --budget.computed-tokens unset
        --sampling.temperature 1.3 --sampling.top-p 0.9 --sampling.min-p 0.01
        --sampling.repetition-penalty 1.1 --sampling.presence-penalty 0.2
        --sampling.frequency-penalty 0.1 --sampling.min-new-tokens 3 --sampling.logit-bias 9:0.5

and reduced to its first segment and its traces.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import coppice_rl

DATA = Path(__file__).parent / "data" / "kept"
MODEL = Path(__file__).parents[3] / "models" / "tiny-policy"


def turn_start(tree: coppice_rl.Tree, path: list[coppice_rl.Node], node: int) -> int:
    """Where the turn of a sampled node begins on its path."""
    start = 0
    length = 0
    for before in path[:node]:
        length += len(before.tokens)
        forced = bool(before.spans) and before.kind == "observation"
        start = length if before.kind in ("prompt", "observation") and not forced else start
    return start


def paths(tree: coppice_rl.Tree) -> list[list[coppice_rl.Node]]:
    found = []
    for leaf in tree.leaves:
        path = []
        node = leaf.node
        while node >= 0:
            path.append(tree.nodes[node])
            node = tree.nodes[node].parent
        found.append(path[::-1])
    return found


def test_both_forms_carry_the_ids_of_the_trace() -> None:
    with coppice_rl.Segment(DATA, "seg-000001") as segment:
        assert segment.header.repetition_penalty == 1.1
        assert segment.header.logit_bias == {9: 0.5}
        assert segment.header.min_new_tokens == 3
        groups = {segment.packed(i).outcomes.group_name: segment.packed(i) for i in range(2)}
    counted = 0
    for tree in coppice_rl.read_traces(DATA / "traces.jsonl"):
        group = groups[tree.group]
        assert group.kept is not None
        for row in np.flatnonzero(group.tree == tree.tree):
            node = tree.nodes[int(group.source[row])]
            if node.kept is None:
                assert not group.kept.counts[row].any()
                continue
            ids = group.kept.of(int(row))
            assert len(ids) == len(node.kept) == len(node.tokens)
            for mine, other in zip(ids, node.kept, strict=True):
                np.testing.assert_array_equal(mine, other)
            counted += len(ids)
        flat = group.expand("draw")
        assert flat.kept is not None
        for row in range(len(flat)):
            sampled = flat.logprobs[row] != 0
            assert len(flat.kept.counts[row]) == len(flat.tokens[row])
            assert not flat.kept.counts[row][: flat.prompt_len[row]].any()
            for place in np.flatnonzero(sampled):
                kept = flat.kept.of(row)[int(place)]
                if len(kept) and kept[0] >= 0:
                    assert flat.tokens[row][place] in kept
                else:
                    assert flat.tokens[row][place] not in -1 - kept
    assert counted > 50


def test_the_distribution_made_again_is_the_recorded_one() -> None:
    torch = pytest.importorskip("torch", reason="the model is computed with torch")
    transformers = pytest.importorskip("transformers", reason="the model is read by transformers")
    model = transformers.AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
    with coppice_rl.Segment(DATA, "seg-000001") as segment:
        header = segment.header
    checked = cut = 0
    for tree in coppice_rl.read_traces(DATA / "traces.jsonl"):
        for path in paths(tree):
            tokens = np.concatenate([node.tokens for node in path])
            with torch.no_grad():
                logits = model(torch.tensor(tokens[None].astype(np.int64))).logits[0].numpy()
            at = 0
            for place, node in enumerate(path):
                for i in range(len(node.tokens)):
                    if node.logprobs is not None and node.kept is not None:
                        again = coppice_rl.rebuilt_logprobs(
                            logits[at - 1],
                            tokens[:at],
                            turn_start(tree, path, place),
                            node.kept[i],
                            header,
                        )
                        assert abs(again[node.tokens[i]] - node.logprobs[i]) < 2e-4
                        assert abs(np.exp(again).sum() - 1) < 1e-9
                        checked += 1
                        cut += bool(np.isneginf(again).any())
                    at += 1
    assert checked > 100
    assert cut > 50
