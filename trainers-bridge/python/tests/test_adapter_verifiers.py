"""The contract with verifiers, against the real package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import coppice_rl

pytest.importorskip(
    "verifiers", reason="verifiers is not installed; pip install 'coppice-rl[verifiers]'"
)

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def segment() -> coppice_rl.Segment:
    return coppice_rl.Segment(DATA, "seg-000001")


def branches(traces: list[Any]) -> list[Any]:
    return [branch for trace in traces for branch in trace.branches]


def test_branches_of_the_graph_are_the_paths(segment: coppice_rl.Segment) -> None:
    from coppice_rl.adapters.verifiers import to_traces

    for index in range(len(segment)):
        group, flat = segment.packed(index), segment.flat(index)
        traces = to_traces([group], segment.header, repeat_shared=False, marks="keep")
        assert len(traces) == int((group.parent < 0).sum())
        assert sum(len(trace.nodes) for trace in traces) == len(group)
        assert flat.advantages is not None
        places = {tuple(flat.tokens[row].tolist()): row for row in range(len(flat))}
        found = branches(traces)
        assert len(found) == len(flat)
        for branch in found:
            row = places[tuple(branch.token_ids)]
            mask = np.array(branch.sampled_mask)
            if flat.outcomes.scored[row]:
                np.testing.assert_array_equal(mask, flat.loss_mask[row].astype(bool))
                np.testing.assert_allclose(branch.advantages, flat.advantages[row] * mask)
            np.testing.assert_allclose(np.array(branch.logprobs), flat.logprobs[row] * mask)


def test_a_shared_node_trained_once_with_its_multiplicity_gives_the_flat_gradient(
    segment: coppice_rl.Segment,
) -> None:
    from coppice_rl.adapters.verifiers import to_traces

    group, flat = segment.packed(0), segment.flat(0)
    traces = to_traces([group], segment.header, marks="keep")
    once = sum(sum(node.advantages or []) for trace in traces for node in trace.nodes)
    assert flat.advantages is not None
    wanted = float((flat.advantages.values * flat.loss_weight()).sum(dtype=np.float64))
    assert once == pytest.approx(wanted, rel=1e-5)


def test_a_trainer_that_divides_by_its_own_tokens_gets_the_flat_mean(
    segment: coppice_rl.Segment,
) -> None:
    from coppice_rl.adapters.verifiers import to_traces

    groups = [segment.packed(index) for index in range(len(segment))]
    flats = [segment.flat(index) for index in range(len(segment))]
    traces = to_traces(groups, segment.header, normalise=True, marks="keep")
    trained = [
        (node, weight)
        for trace in traces
        for node, weight in zip(trace.nodes, trace.info["loss_weights"], strict=True)
        if weight
    ]
    unique = sum(sum(node.mask) for node, _ in trained)
    mean = sum(sum(node.advantages or []) for node, _ in trained) / unique
    weights = [flat.loss_weight().astype(np.float64) for flat in flats]
    total = sum(weight.sum() for weight in weights)
    wanted = sum(
        float((flat.advantages.values * weight).sum())
        for flat, weight in zip(flats, weights, strict=True)
        if flat.advantages is not None
    )
    assert unique < total, "nothing is shared, so nothing is told apart"
    assert mean == pytest.approx(wanted / total, rel=1e-5, abs=1e-9)
    with pytest.raises(ValueError, match="needs repeat_shared"):
        to_traces(groups, segment.header, normalise=True, repeat_shared=False, marks="keep")


def test_a_trace_survives_verifiers_own_wire(segment: coppice_rl.Segment) -> None:
    from verifiers.v1.trace import Trace

    from coppice_rl.adapters.verifiers import to_traces

    (trace, *_) = to_traces(
        [segment.packed(0)], segment.header, decode=lambda ids: f"{len(ids)}", marks="keep"
    )
    again = type(trace).model_validate(trace.model_dump(mode="python"))
    assert isinstance(again, Trace)
    assert [node.token_ids for node in again.nodes] == [node.token_ids for node in trace.nodes]
    assert [node.advantages for node in again.nodes] == [node.advantages for node in trace.nodes]
    assert again.nodes[0].message.content == f"{len(trace.nodes[0].token_ids)}"
    assert [node.parent for node in again.nodes] == [node.parent for node in trace.nodes]


def test_rewards_of_leaves_and_unscored_trees_are_kept(segment: coppice_rl.Segment) -> None:
    from coppice_rl.adapters.verifiers import to_traces

    group = segment.packed(0)
    traces = to_traces([group], segment.header, marks="keep")
    leaves = [leaf for trace in traces for leaf in trace.info["leaves"]]
    assert len(leaves) == len(group.outcomes)
    known = [leaf["reward"] for leaf in leaves if leaf["reward"] is not None]
    assert len(known) == int(group.outcomes.scored.sum())
    for trace in traces:
        rewards = [leaf["reward"] for leaf in trace.info["leaves"] if leaf["reward"] is not None]
        assert trace.ok == bool(rewards)
        if rewards:
            assert trace.reward == pytest.approx(np.mean(rewards))
