"""Nodes of several draws and marked nodes: three forms, one loss, and what a trainer is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_expand import forest

import coppice_rl
from coppice_rl.adapters import paths
from coppice_rl.marks import DEFAULT
from coppice_rl.trace import MARKS

DATA = Path(__file__).parent / "data"
SEEDS = range(200)


def groups() -> list[coppice_rl.PackedGroup]:
    """The groups that the Java engine wrote."""
    return [group for group in coppice_rl.Segment(DATA, "seg-000001")]  # type: ignore[misc]


def loss(tokens: Any, weight: Any, advantages: Any, logprobs: Any) -> tuple[float, float, Any]:
    """A mean over weighted tokens, and its gradient by token id: any function of a token does."""
    term = advantages.astype(np.float64) * np.exp(0.1 * logprobs.astype(np.float64))
    weight = weight.astype(np.float64)
    gradient = np.bincount(tokens, weight * term, minlength=50_000)
    return float((weight * term).sum()), float(weight.sum()), gradient


@pytest.mark.parametrize("marks", ["keep", "mask"])
@pytest.mark.parametrize("seed", SEEDS)
def test_three_forms_give_one_loss_and_gradient(seed: int, marks: Any) -> None:
    packed = coppice_rl.apply_marks(forest(seed), marks)
    results = []
    for flat in (packed.expand(), packed.expand(per="draw")):
        assert flat.advantages is not None or not packed.has_advantages
        if flat.advantages is None:
            return
        results.append(
            loss(
                flat.tokens.values, flat.loss_weight(), flat.advantages.values, flat.logprobs.values
            )
        )
    results.append(
        loss(
            packed.tokens.values,
            packed.loss_weight(),
            packed.token_advantages(),
            packed.logprobs.values,
        )
    )
    for total, count, gradient in results[1:]:
        assert count == results[0][1], f"seed={seed}"
        assert total == pytest.approx(results[0][0], rel=1e-9, abs=1e-9), f"seed={seed}"
        np.testing.assert_allclose(gradient, results[0][2], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_masking_before_and_after_expanding_is_the_same(seed: int) -> None:
    group = forest(seed)
    before = coppice_rl.apply_marks(group, "mask").expand()
    after = coppice_rl.apply_marks(group.expand(), "mask")
    np.testing.assert_array_equal(before.loss_mask.values, after.loss_mask.values)
    for leaf in range(len(before)):
        expected: list[int] = []
        for node in group.path(leaf):
            free = not group.provenance[node] and bool(group.outcomes.scored[leaf])
            expected += [int(mask) * free for mask in group.loss_mask[int(node)]]
        assert before.loss_mask[leaf].tolist() == expected, f"seed={seed}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_per_draw_repeats_its_path(seed: int) -> None:
    group = forest(seed)
    flat, rows = group.expand(), group.expand(per="draw")
    assert len(rows) == group.outcomes.draws.sum()
    assert (rows.outcomes.draws == 1).all()
    assert len(set(rows.outcomes.rollout.tolist())) == len(rows)
    assert rows.outcomes.weight.sum() == pytest.approx(flat.outcomes.weight.sum(), rel=1e-5)
    place = 0
    for leaf in range(len(flat)):
        for _ in range(int(group.outcomes.draws[leaf])):
            assert rows.tokens[place].tolist() == flat.tokens[leaf].tolist()
            assert rows.loss_mask[place].tolist() == flat.loss_mask[leaf].tolist()
            assert rows.outcomes.leaf[place] == flat.outcomes.leaf[leaf]
            assert rows.outcomes.stop[place] == flat.outcomes.stop[leaf]
            assert rows.outcomes.components[place] == flat.outcomes.components[leaf]
            assert rows.prompt_len[place] == flat.prompt_len[leaf]
            begin, end = rows.spans.offsets[place], rows.spans.offsets[place + 1]
            first, last = flat.spans.offsets[leaf], flat.spans.offsets[leaf + 1]
            assert rows.spans.start[begin:end].tolist() == flat.spans.start[first:last].tolist()
            place += 1


def test_the_engine_counts_draws_apart_from_children_and_paths() -> None:
    several = 0
    for group in groups():
        parts = np.zeros(len(group), dtype=np.int64)
        paths_through = np.zeros(len(group), dtype=np.int64)
        for leaf in range(len(group.outcomes)):
            assert group.outcomes.draws[leaf] == group.draws[group.leaf_node[leaf]]
            for node in group.path(leaf):
                paths_through[node] += bool(group.outcomes.scored[leaf])
        np.testing.assert_array_equal(paths_through, group.multiplicity)
        for node in range(len(group)):
            if group.parent[node] >= 0:
                parts[group.parent[node]] += group.draws[node]
        inner = parts > 0
        assert (parts[inner] % group.draws[inner] == 0).all()
        several += int((group.draws > 1).sum())
        assert group.outcomes.weight.sum() == pytest.approx(1, rel=1e-5)
    assert several > 0


def test_marks_are_the_same_in_both_forms() -> None:
    marked = 0
    flat = coppice_rl.Segment(DATA, "seg-000002")
    assert flat.header.marks == MARKS
    for place, group in enumerate(groups()):
        marked += sum(map(len, group.provenance))
        for mark in MARKS:
            assert group.marked(mark).tolist() == [mark in marks for marks in group.provenance]
        a = coppice_rl.apply_marks(group, "mask").expand()
        b = coppice_rl.apply_marks(flat.flat(place), "mask")
        np.testing.assert_array_equal(a.loss_mask.values, b.loss_mask.values)
    assert marked > 0


def marked_group() -> tuple[coppice_rl.PackedGroup, str]:
    for group in groups():
        for mark in MARKS:
            if DEFAULT[mark] == "refuse" and group.marked(mark).any():
                return group, mark
    raise AssertionError("no group of the fixture has a mark that is refused")


def test_a_marked_group_is_refused_by_name_unless_somebody_says_so() -> None:
    group, mark = marked_group()
    for one in (group, group.expand()):
        with pytest.raises(coppice_rl.MarkedError, match='marks="mask"') as fault:
            list(paths([one]))
        assert fault.value.mark in MARKS
        with pytest.raises(coppice_rl.MarkedError, match=mark):
            list(paths([one], marks={**dict.fromkeys(MARKS, "keep"), mark: "refuse"}))
    forests = [forest(seed) for seed in SEEDS]
    kept = list(paths(forests, marks="keep"))
    masked = list(paths(forests, marks="mask"))
    assert len(kept) == len(masked) == sum(each.outcomes.draws.sum() for each in forests)
    assert sum(row.loss_mask.sum() for row in masked) < sum(row.loss_mask.sum() for row in kept)


def test_mixed_versions_are_kept_unless_they_are_refused() -> None:
    rules = dict.fromkeys(MARKS, "keep")
    del rules["mixed_version"]
    for group in groups():
        list(paths([group], marks=rules))  # type: ignore[arg-type]
    some = [group for group in groups() if group.marked("mixed_version").any()]
    for group in some:
        with pytest.raises(coppice_rl.MarkedError, match="mixed_version"):
            list(paths([group], marks={**rules, "mixed_version": "refuse"}))  # type: ignore[arg-type]


def test_a_rule_that_is_none_is_refused() -> None:
    for wrong in ("drop", {"simulated": "drop"}, {"dreamt": "mask"}):
        with pytest.raises(ValueError, match="must be one of"):
            coppice_rl.apply_marks(groups()[0], wrong)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="must be one of"):
            list(paths([], marks=wrong))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="per='row'"):
        groups()[0].expand(per="row")  # type: ignore[arg-type]


def test_paths_are_rows_of_draws_by_default_and_name_each() -> None:
    for group in groups():
        rows = list(paths([group], marks="keep"))
        assert len({(row.leaf, row.draw) for row in rows}) == len(rows)
        assert {row.draws for row in rows} == {1}
        by_path = list(paths([group], marks="keep", per="path"))
        assert [row.draws for row in by_path] == group.outcomes.draws.tolist()
        assert sum(row.draws for row in by_path) == len(rows)


def test_segments_of_the_format_before_are_read_as_single_draws() -> None:
    packed = coppice_rl.Segment(DATA / "v1", "seg-000001")
    flat = coppice_rl.Segment(DATA / "v1", "seg-000002")
    assert packed.header.format_version == "coppice.wire/1"
    assert len(packed) == len(flat) > 0
    for place in range(len(packed)):
        group, rows = packed.packed(place), flat.flat(place)
        assert (group.draws == 1).all() and (group.tree_draws == 1).all()
        assert (group.outcomes.draws == 1).all() and (rows.outcomes.draws == 1).all()
        assert set(group.provenance) == {()}
        np.testing.assert_array_equal(group.scored_draws, group.multiplicity)
        np.testing.assert_array_equal(group.expand().tokens.values, rows.tokens.values)
        np.testing.assert_array_equal(group.expand().loss_weight(), rows.loss_weight())
        assert group.expand(per="draw").outcomes.rollout.tolist() == rows.outcomes.rollout.tolist()
        assert len(list(paths([group, rows]))) == 2 * len(rows)
