"""The contract against the real engine process: ``./coppice serve`` on the shipped policy."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import LAUNCHER, PROJECT

import coppice_rl

MODEL = PROJECT / "models" / "tiny-policy"
CONFIG = PROJECT / "examples" / "countdown.toml"
OVERRIDES = {"bridge.batch": 4, "bridge.staleness": 1, "tree.trees": 1, "model.threads": 1}


@pytest.fixture()
def engine(built: None, tmp_path: Path) -> Iterator[coppice_rl.Engine]:
    with coppice_rl.Engine.start(
        CONFIG, out=tmp_path, coppice=LAUNCHER, overrides=OVERRIDES, timeout_s=60
    ) as started:
        yield started


def test_trees_and_paths_of_the_same_groups_are_equal(engine: coppice_rl.Engine) -> None:
    ids = engine.submit(tasks=[3, 4, 4])
    (trees,) = engine.batches(groups=3, total=3)
    engine.release(trees)
    (flats,) = engine.batches(groups=3, form="flat", total=3, validate=True)
    assert sorted(trees.ids) == sorted(flats.ids) == sorted(ids)
    by_id = {group.outcomes.group: group for group in flats}
    for tree in trees:
        flat, expanded = by_id[tree.outcomes.group], tree.expand()
        for name in ("tokens", "logprobs", "loss_mask"):
            np.testing.assert_array_equal(
                getattr(expanded, name).values, getattr(flat, name).values
            )
        assert flat.advantages is not None and expanded.advantages is not None
        np.testing.assert_array_equal(expanded.advantages.values, flat.advantages.values)
        np.testing.assert_array_equal(expanded.prompt_len, flat.prompt_len)
        assert tree.tokens.values.flags.aligned and not tree.tokens.values.flags.owndata
    assert trees.header.logprob_mode and trees.header.temperature == 1.0


def test_requests_and_acknowledgements_may_be_repeated(engine: coppice_rl.Engine) -> None:
    first = engine.submit(count=2, request="one")
    assert [engine.task(group) for group in first] == [0, 1]
    assert engine.submit(count=2, request="one") == first
    (batch,) = engine.batches(groups=2, total=2)
    assert engine.ack(batch) == coppice_rl.Acknowledged(2, 0, ())
    assert engine.ack([*batch.ids, 999]) == coppice_rl.Acknowledged(0, 2, (999,))


def test_backpressure_counts_groups_and_pausing_holds_them(engine: coppice_rl.Engine) -> None:
    engine.pause()
    engine.submit(count=20)
    status = engine.status()
    assert status.paused and status.counts.issued == 0 and status.counts.queued == 20
    engine.resume()
    seen = 0
    for batch in engine.batches(groups=4, total=20):
        counts = engine.status().counts
        assert counts.balanced
        assert counts.issued - counts.consumed <= 8 + 1
        seen += engine.ack(batch).acknowledged
    assert seen == 20


def test_published_weights_sample_the_next_groups(
    engine: coppice_rl.Engine, tmp_path: Path
) -> None:
    weights = {name: np.array(tensor) for name, tensor in coppice_rl.read_weights(MODEL).items()}
    weights["model.norm.weight"] *= 0.5
    assert engine.publish(weights) == 1
    assert engine.status().policy_version == 1
    engine.submit(count=2)
    (batch,) = engine.batches(groups=2, total=2)
    for group in batch:
        assert set(group.version_runs.per_token().tolist()) <= {-1, 1}
    with pytest.raises(coppice_rl.RefusedError, match="version"):
        engine.publish(weights, 5, into=tmp_path / "other")
    assert engine.status().policy_version == 1


@pytest.mark.parametrize("wrong", [[-1], [10_000_000]])
def test_a_task_that_is_not_there_is_refused(engine: coppice_rl.Engine, wrong: list[int]) -> None:
    with pytest.raises(coppice_rl.RefusedError, match="task"):
        engine.submit(wrong)


def test_a_killed_engine_goes_on_where_it_was(built: None, tmp_path: Path) -> None:
    with coppice_rl.Engine.start(
        CONFIG, out=tmp_path, coppice=LAUNCHER, overrides=OVERRIDES
    ) as one:
        submitted = one.submit(count=8)
        (batch,) = one.batches(groups=3, total=3)
        one.ack(batch)
        assert one.process is not None and one.folder is not None
        folder = one.folder
        os.kill(one.process.pid, signal.SIGKILL)
    with coppice_rl.Engine.start(resume=folder, coppice=LAUNCHER) as two:
        rest = list(two.batches(groups=5, total=5))
        ids = [group for part in rest for group in part.ids]
        assert sorted([*ids, *batch.ids]) == sorted(submitted)
        for part in rest:
            two.ack(part)
        counts = two.status().counts
        assert counts.balanced and counts.acknowledged + sum(counts.dropped.values()) == 8
