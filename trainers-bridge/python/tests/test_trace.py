"""Trace files written by the Java engine, and broken ones."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import coppice_rl

DATA = Path(__file__).parent / "data"
MINIMAL = {
    "format": "coppice.trace/1",
    "group": "g17",
    "nodes": [
        {"id": 0, "parent": -1, "kind": "prompt", "tokens": [1, 2]},
        {"id": 1, "parent": 0, "kind": "action", "tokens": [3], "logprobs": [-0.5]},
    ],
    "leaves": [{"node": 1, "status": "infra_failed", "stop": "failure", "reward": None}],
}


def line(**changes: object) -> str:
    return json.dumps({**MINIMAL, **changes})


def test_reads_every_line_the_engine_wrote() -> None:
    trees = list(coppice_rl.read_traces(DATA / "traces.jsonl"))
    assert len(trees) > 2
    for tree in trees:
        assert tree.task_input["numbers"] == [3, 1e5, 0.1]
        for node in tree.nodes:
            assert node.tokens.dtype == np.int32
            assert (node.logprobs is not None) == (node.kind in ("action", "fold"))
        sampled = {node.id for node in tree.nodes if node.kind in ("action", "fold")}
        assert set(tree.credit[0].nodes) == sampled
    failed = [leaf for tree in trees for leaf in tree.leaves if leaf.failure]
    assert failed
    assert all(leaf.reward is None for leaf in failed)


def test_floats_come_back_bit_by_bit() -> None:
    for text in (DATA / "traces.jsonl").read_text().splitlines():
        raw = json.loads(text)
        tree = coppice_rl.parse_trace(text)
        for node, data in zip(tree.nodes, raw["nodes"], strict=True):
            if node.logprobs is not None:
                assert node.logprobs.tolist() == [float(np.float32(p)) for p in data["logprobs"]]


def test_groups_are_consecutive_lines() -> None:
    groups = list(coppice_rl.read_groups(DATA / "traces.jsonl"))
    assert [group[0].group for group in groups] == ["g0", "g1"]
    assert sum(map(len, groups)) == len(list(coppice_rl.read_traces(DATA / "traces.jsonl")))


def test_a_torn_last_line_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "traces.jsonl"
    whole = (DATA / "traces.jsonl").read_bytes()
    lines = whole.count(b"\n")
    file.write_bytes(whole[:-1])
    assert len(list(coppice_rl.read_traces(file))) == lines - 1


def test_unknown_fields_are_kept_as_extra() -> None:
    tree = coppice_rl.parse_trace(line(from_the_future={"a": 1}))
    assert tree.extra == {"from_the_future": {"a": 1}}
    assert tree.leaves[0].reward is None
    assert tree.nodes[1].step_reward == 0.0


def test_a_null_number_is_nan() -> None:
    nodes = [*MINIMAL["nodes"]]  # type: ignore[misc]
    nodes[1] = {**nodes[1], "step_reward": None}
    assert math.isnan(coppice_rl.parse_trace(line(nodes=nodes)).nodes[1].step_reward)


def drawn(draws: object, marks: object = ()) -> list[object]:
    root, action, *rest = MINIMAL["nodes"]  # type: ignore[misc]
    return [root, {**action, "draws": draws, "provenance": marks}, *rest]


def test_draws_and_provenance_are_read_and_reserved_fields_do_no_harm() -> None:
    nodes = drawn(3, ["rewritten", "simulated"])
    nodes[1] = {**nodes[1], "edge": {"kind": "fold"}, "model": "m"}  # type: ignore[dict-item]
    leaves = [{**MINIMAL["leaves"][0], "draws": 3}]  # type: ignore[index]
    tree = coppice_rl.parse_trace(
        line(format="coppice.trace/2", nodes=nodes, leaves=leaves, manifest="ab")
    )
    assert tree.nodes[1].draws == tree.leaves[0].draws == 3
    assert tree.nodes[1].provenance == ("simulated", "rewritten")
    assert tree.nodes[0].draws == tree.draws == 1
    assert tree.extra == {"manifest": "ab"}


def test_the_format_before_knows_neither_draws_nor_marks() -> None:
    tree = coppice_rl.parse_trace(line(format="coppice.trace/1", nodes=drawn(3, ["simulated"])))
    assert [node.draws for node in tree.nodes] == [1] * len(tree.nodes)
    assert all(node.provenance == () for node in tree.nodes)
    assert len(list(coppice_rl.read_traces(DATA / "v1" / "traces.jsonl"))) > 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "Expecting value"),
        ("[1]", "not a JSON object"),
        (line(format="coppice.trace/3"), "coppice.trace/3.*coppice.trace/1 and coppice.trace/2"),
        (line(format="coppice.trace/2", nodes=drawn(0)), "draws=0"),
        (line(format="coppice.trace/2", nodes=drawn(True)), "draws=True"),
        (line(format="coppice.trace/2", nodes=drawn(3)), "node 1 has 3, its leaf 1"),
        (line(format="coppice.trace/2", nodes=drawn(1, ["dreamt"])), "dreamt"),
        (line(format=None), "format is None"),
        (line()[:100], "trace: "),
        (line(nodes=3), "not iterable"),
        (line(nodes=[{"id": 0, "parent": -1, "kind": "prompt"}]), "'tokens' is missing"),
        (line(nodes=[{"id": 1, "parent": -1, "kind": "prompt", "tokens": []}]), "pre-order"),
        (line(leaves=[{**MINIMAL["leaves"][0], "node": 9}]), "names no node"),  # type: ignore[index]
        (line(credit=[{"estimator": "x", "nodes": [{"id": 9, "advantages": []}]}]), "no node: 9"),
        (
            line(credit=[{"estimator": "x", "nodes": [{"id": 1, "advantages": []}]}]),
            "one advantage per token",
        ),
        ("[" * 100_000, "trace: "),
    ],
)
def test_a_wrong_line_says_what_is_wrong(text: str, fault: str) -> None:
    with pytest.raises(coppice_rl.FormatError, match=fault):
        coppice_rl.parse_trace(text)


def test_a_wrong_line_is_named_by_file_and_number(tmp_path: Path) -> None:
    file = tmp_path / "traces.jsonl"
    file.write_text(line() + "\n\n" + "{}\n")
    with pytest.raises(coppice_rl.FormatError, match="traces.jsonl line 3"):
        list(coppice_rl.read_traces(file))
