"""The contract with TRL, against the real package and the shipped policy."""

from __future__ import annotations

import math
import queue
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scripted import ScriptedEngine

import coppice_rl
from coppice_rl.adapters import paths

pytest.importorskip("trl", reason="trl is not installed; pip install 'coppice-rl[trl]'")
torch = pytest.importorskip("torch")

DATA = Path(__file__).parent / "data" / "drawers"
PROJECT = Path(__file__).resolve().parents[3]
MODEL = PROJECT / "models" / "tiny-policy"


@pytest.fixture()
def drawers() -> Iterator[ScriptedEngine]:
    with ScriptedEngine(data=DATA, batch=64) as server:
        yield server


@pytest.fixture()
def connected(drawers: ScriptedEngine) -> Iterator[coppice_rl.Engine]:
    with coppice_rl.Engine.connect(drawers.where(), timeout_s=20) as engine:
        yield engine


def trained() -> list[Any]:
    """The paths of the committed groups that may be trained, in order."""
    return [
        path for path in paths(coppice_rl.Segment(DATA, "seg-000001"), marks="keep") if path.trained
    ]


def likest(tokens: list[int], advantages: Any) -> Any:
    """The committed path of these tokens; of several, the one whose advantages are nearest."""
    same = [path for path in trained() if path.tokens.tolist() == tokens]
    assert same, "these tokens are of no path"
    wanted = np.asarray(advantages)
    return min(same, key=lambda path: np.abs(path.advantages[-len(wanted) :] - wanted).sum())


def trainer_of(
    engine: coppice_rl.Engine, out: Path, kind: Any, rollouts: Any, **options: Any
) -> Any:
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import GRPOConfig

    from coppice_rl.adapters.trl import engine_reward, task_prompts

    config = GRPOConfig(
        output_dir=str(out),
        per_device_train_batch_size=16,
        num_generations=8,
        max_steps=2,
        learning_rate=1e-3,
        temperature=1.0,
        report_to=[],
        use_cpu=True,
        bf16=False,
        beta=0.0,
        logging_steps=1,
        save_strategy="no",
        **options,
    )
    return kind(
        model=AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32),
        processing_class=AutoTokenizer.from_pretrained(MODEL),
        reward_funcs=engine_reward,
        args=config,
        train_dataset=Dataset.from_list(task_prompts(8)),
        rollout_func=rollouts,
    )


def test_trl_trains_on_the_engines_tokens_masks_and_advantages(
    drawers: ScriptedEngine, connected: coppice_rl.Engine, tmp_path: Path
) -> None:
    from coppice_rl.adapters.trl import CreditGRPOTrainer, EngineRollouts

    seen: list[dict[str, Any]] = []

    class Watched(CreditGRPOTrainer):
        measure_mismatch = 64

        def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> Any:
            seen.append({name: value for name, value in inputs.items()})
            return super()._compute_loss(model, inputs)

    drawers.folder = tmp_path
    engine = connected
    rollouts = EngineRollouts(engine, publish=False, marks="keep")
    trainer = trainer_of(engine, tmp_path, Watched, rollouts, shuffle_dataset=False)
    trainer.train()
    rollouts.acknowledge()

    assert len(seen) == 2
    for inputs in seen:
        for row in range(len(inputs["completion_ids"])):
            prompt = inputs["prompt_ids"][row][inputs["prompt_mask"][row].bool()].tolist()
            length = int(inputs["completion_mask"][row].sum())
            completion = inputs["completion_ids"][row][:length].tolist()
            path = likest(prompt + completion, inputs["advantages"][row][:length])
            assert len(prompt) == path.prompt_len
            mask = (inputs["completion_mask"] * inputs["tool_mask"])[row][:length].numpy()
            np.testing.assert_array_equal(mask, path.loss_mask[path.prompt_len :])
            np.testing.assert_allclose(
                inputs["advantages"][row][:length].numpy(),
                (path.advantages * path.loss_mask)[path.prompt_len :],
                rtol=1e-6,
            )
            np.testing.assert_allclose(
                inputs["old_per_token_logps"][row][:length].numpy(),
                path.logprobs[path.prompt_len :],
                rtol=1e-6,
            )
    assert trainer.mismatches[0] < 1e-4, "the first step scores with the weights that sampled"
    rewards = [path.reward for path in trained()[:16]]
    logged = [line["reward"] for line in trainer.state.log_history if "reward" in line]
    assert logged[0] == pytest.approx(np.mean(rewards), abs=1e-6)
    assert engine.status().counts.acknowledged == 3, "what is left over is not acknowledged"


def test_new_weights_reach_the_engine_before_the_next_rollouts(
    drawers: ScriptedEngine, connected: coppice_rl.Engine, tmp_path: Path
) -> None:
    from coppice_rl.adapters.trl import CreditGRPOTrainer, EngineRollouts

    published: list[dict[str, Any]] = []
    plain = connected.publish

    def publish(weights: Any) -> int:
        published.append({name: tensor.detach().clone() for name, tensor in weights.items()})
        return plain(weights, base=MODEL, into=tmp_path / "weights")

    connected.publish = publish  # type: ignore[method-assign,assignment]
    rollouts = EngineRollouts(connected, marks="keep")
    trainer = trainer_of(connected, tmp_path, CreditGRPOTrainer, rollouts)
    trainer.train()
    assert rollouts.versions == [1] and len(published) == 1
    before = coppice_rl.read_weights(MODEL)
    moved = published[0]["model.embed_tokens.weight"].numpy() - before["model.embed_tokens.weight"]
    assert np.abs(moved).max() > 1e-5


def test_trls_own_advantages_take_groups_of_its_size_alone(
    connected: coppice_rl.Engine, tmp_path: Path
) -> None:
    from trl import GRPOTrainer

    from coppice_rl.adapters.trl import EngineRollouts

    rollouts = EngineRollouts(connected, advantages="trl", publish=False, marks="keep")
    trainer = trainer_of(connected, tmp_path, GRPOTrainer, rollouts)
    rows = rollouts(["task 1"] * 8 + ["task 2"] * 8, trainer)  # two groups of 8 come first
    assert rows["coppice_reward"] == [path.reward for path in trained()[:16]]
    with pytest.raises(ValueError, match=r"scored paths and TRL wants 8; take CreditGRPOTrainer"):
        rollouts(["task 3"] * 8, trainer)


def test_wrong_prompts_and_temperatures_are_named(connected: coppice_rl.Engine) -> None:
    from coppice_rl.adapters.trl import EngineRollouts

    accelerator = SimpleNamespace(num_processes=1)
    state = SimpleNamespace(global_step=0)
    trainer = SimpleNamespace(
        accelerator=accelerator, state=state, num_generations=2, temperature=0.5
    )
    rollouts = EngineRollouts(connected, marks="keep")
    with pytest.raises(ValueError, match="'hello' names no task"):
        rollouts(["hello"], trainer)
    with pytest.raises(ValueError, match=r"temperature 1\.0 and the trainer scores at 0\.5"):
        rollouts(["task 0", "task 0"], trainer)
    accelerator.num_processes = 2
    with pytest.raises(ValueError, match="one engine per rank"):
        rollouts(["task 0"], trainer)


def test_the_async_worker_feeds_trls_queue_planner_and_collator(
    drawers: ScriptedEngine, connected: coppice_rl.Engine
) -> None:
    from collections import defaultdict

    from trl.experimental.async_grpo.async_grpo_trainer import (
        FixedCountBatcher,
        RolloutQueueDataset,
    )

    from coppice_rl.adapters.trl_async import CreditCollator, EngineWorker

    worker = EngineWorker(connected, tasks=5, ahead=4, marks="keep")
    worker.update_model_version(1)  # TRL sends weights before it starts its worker
    worker.start()
    metrics: dict[str, list[Any]] = defaultdict(list)
    dataset = RolloutQueueDataset(
        worker.rollout_buffer, lambda: 1, worker.check_health, 60.0, metrics, poll_interval_s=0.2
    )
    rows = next(iter(FixedCountBatcher(dataset, 1, 16)))
    batch = CreditCollator(pad_token_id=0).torch_call([rows])

    terms, olds = [], []
    for sample in rows[0].samples:
        path = likest(sample["input_ids"].tolist(), sample["advantage"].tokens)
        mask = path.loss_mask.astype(bool)
        terms += path.advantages[mask].tolist()
        olds += path.logprobs[mask].tolist()
        assert isinstance(sample["advantage"], float)
    np.testing.assert_allclose(batch["advantages"][0].numpy(), terms, rtol=1e-6)
    np.testing.assert_allclose(batch["old_log_probs"][0].numpy(), olds, rtol=1e-6)
    labels = batch["shift_labels"][0][batch["token_index"][0]]
    assert (labels >= 0).all()
    assert metrics["sample/staleness_max"] == [0.0] * 16
    unique = len(batch["input_ids"][0])
    assert unique < sum(len(sample["input_ids"]) for sample in rows[0].samples)
    worker.stop()
    worker.check_health(60)
    whole = connected.status().counts.acknowledged
    assert whole >= 1, "a group whose samples were all drained is acknowledged"
    with pytest.raises(queue.Empty):
        while True:
            worker.rollout_buffer.get_nowait()


def test_a_worker_whose_engine_is_gone_says_so() -> None:
    from coppice_rl.adapters.trl_async import EngineWorker

    retry = coppice_rl.Retry(attempts=2, first_s=0.01, most_s=0.01)
    with coppice_rl.Engine.connect("grpc://127.0.0.1:9", retry=retry) as nobody:
        worker = EngineWorker(nobody, tasks=3)
        worker.start()
        worker._thread.join(timeout=20)
        with pytest.raises(RuntimeError, match=r"worker failed: .*127\.0\.0\.1:9"):
            worker.check_health(60)
        worker.stop()


def test_the_weight_transfer_publishes_what_trl_streams(
    drawers: ScriptedEngine, connected: coppice_rl.Engine, tmp_path: Path
) -> None:
    from coppice_rl.adapters.trl_async import EngineWeights

    weights = EngineWeights(connected)
    weights.init_weight_transfer()
    plain = connected.publish
    connected.publish = lambda tensors: plain(tensors, base=MODEL, into=tmp_path)  # type: ignore
    weights.pause()
    weights.send_weights(iter([("a", torch.ones(3, requires_grad=True))]))
    weights.resume()
    weights.destroy()
    assert drawers.version == 1
    (folder,) = tmp_path.iterdir()
    np.testing.assert_array_equal(coppice_rl.read_weights(folder)["a"], [1, 1, 1])


def test_an_unscored_path_has_no_reward_for_trl() -> None:
    from coppice_rl.adapters.trl import REWARD, engine_reward

    assert engine_reward(**{REWARD: [1.0, math.nan]}) == [1.0, None]


def test_trl_is_told_which_completions_were_cut(
    drawers: ScriptedEngine, connected: coppice_rl.Engine, tmp_path: Path
) -> None:
    from trl import GRPOTrainer

    from coppice_rl.adapters.trl import CreditGRPOTrainer, EngineRollouts

    seen: list[dict[str, Any]] = []

    class Watched(CreditGRPOTrainer):
        def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> Any:
            seen.append({name: value for name, value in inputs.items()})
            return super()._compute_loss(model, inputs)

    drawers.folder = tmp_path
    rollouts = EngineRollouts(connected, publish=False, marks="keep")
    options = {"shuffle_dataset": False, "mask_truncated_completions": True}
    trainer = trainer_of(connected, tmp_path, Watched, rollouts, **options)
    trainer.train()
    trained_tokens = 0
    for inputs in seen:
        for row in range(len(inputs["completion_ids"])):
            prompt = inputs["prompt_ids"][row][inputs["prompt_mask"][row].bool()].tolist()
            mask = (inputs["completion_mask"] * inputs["tool_mask"])[row]
            tokens = prompt + inputs["completion_ids"][row].tolist()
            same = [p for p in trained() if tokens[: len(p.tokens)] == p.tokens.tolist()]
            assert {path.finished for path in same} == {bool(mask.any())}
            trained_tokens += int(mask.sum())
    assert trained_tokens > 0, "a closing mark ends these completions, and they count"
    clipped = [line["completions/clipped_ratio"] for line in trainer.state.log_history[:1]]
    assert clipped[0] == pytest.approx(1 - np.mean([p.finished for p in trained()[:16]]))

    plain = trainer_of(connected, tmp_path, GRPOTrainer, rollouts, **options)
    with pytest.raises(ValueError, match="CreditGRPOTrainer"):
        rollouts(["task 0"], plain)
