"""The engine's client against the scripted engine: every promise of docs/BRIDGE.md."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from scripted import ScriptedEngine

import coppice_rl


def ids(batches: list[coppice_rl.Batch]) -> list[int]:  # type: ignore[type-arg]
    return [group for batch in batches for group in batch.ids]


def test_gives_every_group_once_in_batches_of_the_wished_size(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    submitted = engine.submit(count=11)
    batches = list(engine.batches(groups=4, total=11))
    assert [len(batch) for batch in batches] == [4, 4, 3]
    assert ids(batches) == submitted
    assert server.streams == 1
    assert batches[0].header.logprob_mode == "sampled"


def test_groups_are_those_of_the_segment(engine: coppice_rl.Engine) -> None:
    engine.submit(tasks=[5, 5, 9, 1])
    data = Path(__file__).parent / "data"
    packed = coppice_rl.Segment(data, "seg-000001")
    (batch,) = engine.batches(groups=4, total=4)
    for place, group in enumerate(batch):
        wanted = packed.packed(place % 2)
        np.testing.assert_array_equal(group.tokens.values, wanted.tokens.values)
        np.testing.assert_array_equal(group.tokens.offsets, wanted.tokens.offsets)
        np.testing.assert_array_equal(group.advantages.values, wanted.advantages.values)
        np.testing.assert_array_equal(group.leaf_node, wanted.leaf_node)
        np.testing.assert_array_equal(group.loss_weight(), wanted.loss_weight())
        np.testing.assert_array_equal(group.spans.start, wanted.spans.start)
        np.testing.assert_array_equal(
            group.version_runs.per_token(), wanted.version_runs.per_token()
        )
        assert group.outcomes.group == place
        assert group.outcomes.components == wanted.outcomes.components


def test_flat_stream_is_the_expanded_tree_stream(engine: coppice_rl.Engine) -> None:
    engine.submit(count=5)
    (trees,) = engine.batches(groups=5, total=5)
    engine.release(trees)
    (flats,) = engine.batches(groups=5, form="flat", total=5)
    assert trees.ids == flats.ids
    for tree, flat in zip(trees, flats, strict=True):
        expanded = tree.expand()
        np.testing.assert_array_equal(expanded.tokens.values, flat.tokens.values)
        np.testing.assert_array_equal(expanded.tokens.offsets, flat.tokens.offsets)
        np.testing.assert_array_equal(expanded.logprobs.values, flat.logprobs.values)
        np.testing.assert_array_equal(expanded.prompt_len, flat.prompt_len)


def test_arrays_are_aligned_views(engine: coppice_rl.Engine) -> None:
    engine.submit(count=3)
    (batch,) = engine.batches(groups=3, total=3)
    for group in batch:
        for array in (group.tokens.values, group.logprobs.values, group.loss_mask.values):
            assert array.flags.aligned and not array.flags.owndata
        assert group.outcomes.reward.flags.aligned


def test_backpressure_holds_the_engine_until_groups_are_acknowledged(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    server.batch, server.staleness = 2, 1
    engine.submit(count=10)
    assert engine.status().counts.issued == 4
    seen = []
    for batch in engine.batches(groups=2, total=10):
        seen += batch.ids
        assert engine.ack(batch) == coppice_rl.Acknowledged(2, 0, ())
    assert seen == list(range(10))
    assert engine.status().counts.acknowledged == 10
    assert engine.status().counts.balanced


def test_a_wait_without_groups_ends_with_the_counts(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    server.batch, server.staleness = 2, 0
    engine.submit(count=3)
    with pytest.raises(coppice_rl.EngineTimeoutError, match=r"2 of 3 groups came .* may issue 0"):
        list(engine.batches(groups=3, total=3, timeout_s=0.3))


def test_acknowledging_twice_or_the_unknown_changes_nothing(engine: coppice_rl.Engine) -> None:
    engine.submit(count=2)
    (batch,) = engine.batches(groups=2, total=2)
    engine.ack(batch)
    assert engine.ack(batch) == coppice_rl.Acknowledged(0, 2, ())
    assert engine.ack([77]) == coppice_rl.Acknowledged(0, 0, (77,))


def test_groups_in_hand_do_not_come_twice_to_one_trainer(engine: coppice_rl.Engine) -> None:
    engine.submit(count=6)
    first = next(iter(engine.batches(groups=2)))
    rest = list(engine.batches(groups=2, total=4))
    assert sorted(ids([first, *rest])) == list(range(6))


def test_released_groups_and_those_of_a_vanished_trainer_come_again(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    engine.submit(count=4)
    (taken,) = engine.batches(groups=4, total=4)
    engine.release(taken)
    (again,) = engine.batches(groups=4, total=4)
    assert again.ids == taken.ids
    with coppice_rl.Engine.connect(server.where()) as successor:
        (inherited,) = successor.batches(groups=4, total=4)
        assert inherited.ids == taken.ids


def test_a_broken_stream_is_opened_again_and_nothing_comes_twice(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    engine.submit(count=12)
    server.break_after = 2
    batches = list(engine.batches(groups=4, total=12))
    assert sorted(ids(batches)) == list(range(12))
    assert server.streams == 2


def test_an_iteration_given_up_leaves_the_rest_for_the_next(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    server.per_message = 5
    engine.submit(count=10)
    for batch in engine.batches(groups=2, total=10):
        engine.ack(batch)
        break
    rest = list(engine.batches(groups=8, total=8))
    assert sorted(ids(rest)) == list(range(2, 10))


def test_calls_are_tried_again_while_the_engine_starts(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    server.unavailable = 3
    assert engine.submit(count=2) == [0, 1]
    server.unavailable = 2
    assert sorted(ids(list(engine.batches(groups=2, total=2)))) == [0, 1]


def test_retries_have_an_end_and_the_message_names_the_place(engine: coppice_rl.Engine) -> None:
    with coppice_rl.Engine.connect(
        "grpc://127.0.0.1:9", retry=coppice_rl.Retry(attempts=3, first_s=0.01, most_s=0.02)
    ) as nobody:
        begun = time.monotonic()
        with pytest.raises(coppice_rl.UnreachableError, match=r"127\.0\.0\.1:9 .* tried 3 times"):
            nobody.status()
        assert time.monotonic() - begun < 5


def test_a_repeated_request_gives_the_same_groups(engine: coppice_rl.Engine) -> None:
    assert engine.submit(count=3, request="a") == engine.submit(count=3, request="a")


def test_a_group_knows_its_task_until_it_is_acknowledged(engine: coppice_rl.Engine) -> None:
    first = engine.submit(tasks=[3, 1, 3])
    assert [engine.task(group) for group in first] == [3, 1, 3]
    later = engine.submit(count=2)
    assert [engine.task(group) for group in later] == [group % 5 for group in later]
    engine.ack(first[:1])
    assert [engine.task(group) for group in first] == [None, 1, 3]


def test_a_refusal_is_not_tried_again_and_keeps_its_words(engine: coppice_rl.Engine) -> None:
    with pytest.raises(coppice_rl.RefusedError, match=r"^count=0 must be 1 or more$") as refusal:
        engine.submit(count=0)
    assert refusal.value.code == "invalid argument"


def test_pausing_stops_issuing(engine: coppice_rl.Engine) -> None:
    assert engine.pause().paused
    engine.submit(count=2)
    assert engine.status().counts.queued == 2
    assert not engine.resume().paused
    assert engine.status().counts.queued == 0


@pytest.mark.parametrize("wrong", [{"groups": 0}, {"total": -1}, {"form": "bush"}])
def test_wrong_arguments_are_named(engine: coppice_rl.Engine, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        engine.batches(**wrong)  # type: ignore[call-overload]


def test_a_long_wait_can_be_left_at_once(engine: coppice_rl.Engine, server: ScriptedEngine) -> None:
    server.silent = True
    engine.submit(count=1)
    begun = time.monotonic()
    with pytest.raises(coppice_rl.EngineTimeoutError):
        next(iter(engine.batches(groups=1, timeout_s=0.2)))
    assert time.monotonic() - begun < 3


def test_a_token_needs_tls_and_is_checked(tmp_path: Path, openssl: str) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )
    pair = [(certificate.read_bytes(), key.read_bytes())]
    with ScriptedEngine("grpc+tls://127.0.0.1:0", token="secret", tls=pair) as server:
        place = f"grpc+tls://localhost:{server.port}"
        with coppice_rl.Engine.connect(place, token="secret", tls_root=certificate) as engine:
            assert engine.status().run == "run-7"
        with coppice_rl.Engine.connect(place, token="wrong", tls_root=certificate) as engine:
            with pytest.raises(coppice_rl.RefusedError, match="token is missing or wrong"):
                engine.status()
    with pytest.raises(ValueError, match=r"must begin with grpc\+tls"):
        coppice_rl.Engine.connect("grpc://127.0.0.1:1", token="secret")


def test_a_step_publishes_and_acknowledges_in_one_call(
    engine: coppice_rl.Engine, server: ScriptedEngine, tmp_path: Path
) -> None:
    engine.submit(count=4)
    weights = {"model.norm.weight": np.ones(4, np.float32)}
    base = Path(__file__).parents[3] / "models" / "tiny-policy"
    versions = [
        engine.step(batch, weights, base=base, into=tmp_path)
        for batch in engine.batches(groups=2, total=4)
    ]
    assert versions == [1, 2]
    assert engine.status().counts.acknowledged == 4
    assert [body["groups"] for body in server.published] == [[0, 1], [2, 3]]
    assert server.wants == 0  # weights came, so there was nothing to let go of


def test_the_engine_learns_who_trains_how_many_and_when_no_weights_come(
    engine: coppice_rl.Engine, server: ScriptedEngine
) -> None:
    engine.submit(count=6)
    for batch in engine.batches(groups=2, total=6):
        engine.ack(batch)
    assert server.wants == 2
    assert {ticket["batch"] for ticket in server.tickets} == {2}
    assert len({ticket["trainer"] for ticket in server.tickets}) == 1
    engine.submit(count=1)
    list(engine.batches(groups=1, total=1, update=8))
    assert server.tickets[-1]["batch"] == 8
    with coppice_rl.Engine.connect(server.where(), trainer="rank 0") as other:
        other.submit(count=1)
        list(other.batches(groups=1, total=1))
    assert server.tickets[-1]["trainer"] == "rank 0"


def test_dropped_groups_end_the_iteration_and_are_counted(
    engine: coppice_rl.Engine, server: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    groups = engine.submit(count=8)
    server.drop(groups[3:6], "unscored")
    begun = time.monotonic()
    batches = list(engine.batches(groups=3, total=8, timeout_s=60))
    assert [len(batch) for batch in batches] == [3, 2]
    assert ids(batches) == groups[:3] + groups[6:]
    assert time.monotonic() - begun < 20
    assert engine.status().counts.dropped == {"unscored": 3}
    assert "unscored" in caplog.text
