"""Segments written by the Java engine, read as views and expanded."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import coppice_rl
from coppice_rl.columns import gather

DATA = Path(__file__).parent / "data"


@pytest.fixture()
def packed() -> coppice_rl.Segment:
    return coppice_rl.Segment(DATA, "seg-000001")


@pytest.fixture()
def flat() -> coppice_rl.Segment:
    return coppice_rl.Segment(DATA, "seg-000002")


def same(a: np.ndarray, b: np.ndarray) -> None:
    assert a.dtype == b.dtype
    np.testing.assert_array_equal(a, b)


def test_expanding_gives_the_flat_form_exactly(
    packed: coppice_rl.Segment, flat: coppice_rl.Segment
) -> None:
    assert len(packed) == len(flat) > 0
    for group in range(len(packed)):
        a = packed.packed(group).expand()
        b = flat.flat(group)
        for name in ("tokens", "loss_mask", "logprobs", "advantages"):
            same(getattr(a, name).values, getattr(b, name).values)
            same(getattr(a, name).offsets, getattr(b, name).offsets)
        same(a.prompt_len, b.prompt_len)
        for name in ("version", "length", "offsets"):
            same(getattr(a.version_runs, name), getattr(b.version_runs, name))
        for name in ("start", "length", "kind", "call", "offsets"):
            same(getattr(a.spans, name), getattr(b.spans, name))
        for name in ("start", "length", "mark", "offsets"):
            same(getattr(a.marks, name), getattr(b.marks, name))
        for name in ("leaf", "rollout", "reward", "status", "weight", "advantage", "tree", "draws"):
            same(getattr(a.outcomes, name), getattr(b.outcomes, name))
        assert a.outcomes.stop == b.outcomes.stop
        assert a.outcomes.components == b.outcomes.components
        assert a.outcomes.group_name == b.outcomes.group_name == f"g{group}"


def test_packed_loss_equals_flat_loss(packed: coppice_rl.Segment, flat: coppice_rl.Segment) -> None:
    for group in range(len(packed)):
        a = packed.packed(group)
        b = flat.flat(group)
        assert b.advantages is not None
        weight = a.loss_weight().astype(np.float64)
        term = a.token_advantages() * np.exp(0.1 * a.logprobs.values.astype(np.float64))
        flat_term = b.advantages.values * np.exp(0.1 * b.logprobs.values.astype(np.float64))
        mask = b.loss_weight().astype(np.float64)
        assert weight.sum() == mask.sum() > 0
        np.testing.assert_allclose((weight * term).sum(), (mask * flat_term).sum(), rtol=1e-12)
        c = b.per_draw()
        assert c.advantages is not None
        draw_term = c.advantages.values * np.exp(0.1 * c.logprobs.values.astype(np.float64))
        draws = c.loss_mask.values.astype(np.float64)
        assert draws.sum() == mask.sum()
        np.testing.assert_allclose((draws * draw_term).sum(), (mask * flat_term).sum(), rtol=1e-12)


def test_path_weights_of_a_tree_sum_to_its_draws(packed: coppice_rl.Segment) -> None:
    uneven = 0
    for index in range(len(packed)):
        group = packed.packed(index)
        by_path = group.loss_weight("paths")
        by_draw = group.loss_weight("draws")
        np.testing.assert_array_equal(by_draw, group.loss_weight())
        np.testing.assert_array_equal(by_path > 0, by_draw > 0)
        uneven += not np.allclose(by_path, by_draw)
        roots = np.repeat(np.arange(len(group)), group.tokens.lengths)
        for leaf, end in enumerate(group.leaf_node):
            below = np.isin(group.leaf_node[group.outcomes.scored], [end])
            mine = by_path[(roots == end) & group.loss_mask.values.astype(bool)]
            wanted = float(group.path_weight[end] * group.tree_draws[end]) * below.any()
            if len(mine) and group.outcomes.scored[leaf]:
                np.testing.assert_allclose(mine, wanted, rtol=1e-6)
    assert uneven, "no tree of the data forks unevenly"
    with pytest.raises(ValueError, match="'draws' or 'paths'"):
        group.loss_weight("leaves")  # type: ignore[arg-type]


def test_paths_without_a_reward_are_never_trained(flat: coppice_rl.Segment) -> None:
    unscored = 0
    for group in range(len(flat)):
        rows = flat.flat(group)
        for path in np.flatnonzero(~rows.outcomes.scored):
            unscored += 1
            assert not rows.loss_mask[int(path)].any()
    assert unscored > 0


def test_numbers_of_tokens_are_views_of_the_mapped_file(packed: coppice_rl.Segment) -> None:
    group = packed.packed(0)
    packed._maps[0].seek(0)
    mapped = packed._maps[0].read_buffer()
    for array in (
        group.tokens.values,
        group.logprobs.values,
        group.loss_mask.values,
        group.advantages.values,
    ):
        assert mapped.address <= array.ctypes.data < mapped.address + mapped.size
        assert not array.flags.writeable


def test_arrays_outlive_their_segment() -> None:
    with coppice_rl.Segment(DATA, "seg-000001") as segment:
        tokens = segment.packed(0).tokens.values
    copy = coppice_rl.Segment(DATA, "seg-000001").packed(0).tokens.values.copy()
    same(np.asarray(tokens), copy)


def test_positions_count_along_each_path(packed: coppice_rl.Segment) -> None:
    group = packed.packed(1)
    positions = group.positions()
    for leaf in range(len(group.outcomes)):
        nodes = group.path(leaf)
        on_path = positions[gather(group.tokens.offsets[nodes], group.tokens.lengths[nodes])]
        same(on_path, np.arange(len(on_path), dtype=np.int32))


def test_a_segment_agrees_with_the_traces_it_was_made_of(packed: coppice_rl.Segment) -> None:
    for index, trees in enumerate(coppice_rl.read_groups(DATA / "traces.jsonl")):
        group = packed.packed(index)
        flat = group.expand()
        leaf = 0
        for tree in trees:
            for end in tree.leaves:
                same(flat.tokens[leaf], tree.path_tokens(end))
                reward = flat.outcomes.reward[leaf]
                assert (end.reward is None) == np.isnan(reward)
                if end.reward is not None:
                    assert reward == np.float32(end.reward)
                assert packed.header.statuses[flat.outcomes.status[leaf]] == end.status
                assert flat.outcomes.stop[leaf] == end.stop
                leaf += 1
        assert leaf == len(group.outcomes)
        for node in range(len(group)):
            source = trees_by_place(trees)[int(group.tree[node])].nodes[int(group.source[node])]
            same(group.tokens[node], source.tokens)
            assert packed.header.node_kinds[group.kind[node]] == source.kind


def trees_by_place(trees: list[coppice_rl.Tree]) -> dict[int, coppice_rl.Tree]:
    return {tree.tree: tree for tree in trees}


def test_the_header_says_what_the_rows_were_made_with(packed: coppice_rl.Segment) -> None:
    header = packed.header
    assert (header.run, header.model, header.estimator) == ("run-7", "tiny", "tree-grpo")
    assert (header.shared_token_rule, header.advantage_kind) == ("train_once", "per_token")
    assert header.node_kinds == ("prompt", "action", "observation", "fold")
    assert header.temperature == 1.0


def test_segments_lists_whole_ones_in_order(tmp_path: Path) -> None:
    for part in ("nodes", "leaves"):
        shutil.copy(DATA / f"seg-000001.{part}.arrow", tmp_path / f"seg-000003.{part}.arrow")
    shutil.copy(DATA / "seg-000002.flat.arrow", tmp_path / "seg-000001.flat.arrow")
    shutil.copy(DATA / "seg-000001.nodes.arrow", tmp_path / "seg-000009.nodes.arrow")
    (tmp_path / "seg-000010.flat.arrow.tmp").write_bytes(b"half")
    assert [segment.name for segment in coppice_rl.segments(tmp_path)] == [
        "seg-000001",
        "seg-000003",
    ]


def test_a_cut_file_is_refused_at_every_length(tmp_path: Path) -> None:
    whole = (DATA / "seg-000002.flat.arrow").read_bytes()
    file = tmp_path / "seg-000002.flat.arrow"
    for size in range(0, len(whole) - 1, 997):
        file.write_bytes(whole[:size])
        with pytest.raises(coppice_rl.FormatError, match="seg-000002"):
            coppice_rl.Segment(tmp_path, "seg-000002")


def test_a_flipped_bit_never_crashes_the_reader(tmp_path: Path) -> None:
    whole = (DATA / "seg-000002.flat.arrow").read_bytes()
    file = tmp_path / "seg-000002.flat.arrow"
    random = np.random.default_rng(5)
    for bit in random.integers(0, len(whole) * 8, 200):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << (bit % 8)
        file.write_bytes(bytes(damaged))
        try:
            for group in coppice_rl.Segment(tmp_path, "seg-000002", validate=True):
                assert len(group) >= 0
        except (coppice_rl.FormatError, UnicodeDecodeError, KeyError, ValueError):
            pass


def test_a_missing_half_is_named(tmp_path: Path) -> None:
    shutil.copy(DATA / "seg-000001.leaves.arrow", tmp_path / "seg-000001.leaves.arrow")
    with pytest.raises(coppice_rl.FormatError, match="nodes.arrow is missing"):
        coppice_rl.Segment(tmp_path, "seg-000001")


def test_another_format_version_is_refused(tmp_path: Path) -> None:
    table = pa.ipc.open_file(DATA / "seg-000002.flat.arrow").read_all()
    metadata = {**table.schema.metadata, b"format_version": b"coppice.wire/3"}
    table = table.replace_schema_metadata(metadata)
    with pa.ipc.new_file(tmp_path / "seg-000001.flat.arrow", table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(coppice_rl.FormatError, match="coppice.wire/3.*coppice.wire/1 and coppice.wire/2"):
        coppice_rl.Segment(tmp_path, "seg-000001")


def test_importing_brings_no_torch() -> None:
    import subprocess
    import sys

    code = "import sys, coppice_rl; sys.exit('torch' in sys.modules)"
    path = str(Path(coppice_rl.__file__).parents[1])
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}).returncode == 0


def test_several_groups_in_one_batch_are_cut_apart(tmp_path: Path) -> None:
    for part in ("nodes", "leaves"):
        with pa.ipc.open_file(pa.memory_map(str(DATA / f"seg-000001.{part}.arrow"))) as reader:
            together = reader.read_all().combine_chunks().to_batches()
            assert len(together) == 1
            with pa.ipc.new_file(tmp_path / f"seg-000001.{part}.arrow", reader.schema) as writer:
                writer.write_batch(together[0])
    one, many = coppice_rl.Segment(tmp_path, "seg-000001"), coppice_rl.Segment(DATA, "seg-000001")
    assert len(one) == len(many) == 2
    for index in range(2):
        a, b = one.packed(index), many.packed(index)
        same(a.tokens.values, b.tokens.values)
        same(a.tokens.offsets, b.tokens.offsets)
        same(a.expand().advantages.values, b.expand().advantages.values)
        same(a.leaf_node, b.leaf_node)
        assert a.outcomes.group == b.outcomes.group == index
