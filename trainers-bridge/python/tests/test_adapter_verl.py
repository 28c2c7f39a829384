"""The contract with verl, against the real package."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripted import ScriptedEngine

import coppice_rl
from coppice_rl.adapters import paths

pytest.importorskip("verl", reason="verl is not installed; pip install 'coppice-rl[verl]'")
torch = pytest.importorskip("torch")

DATA = Path(__file__).parent / "data"
PAD = 7


@pytest.fixture(scope="module")
def groups() -> list[Any]:
    return list(coppice_rl.Segment(DATA, "seg-000001"))


@pytest.fixture(scope="module")
def rows(groups: list[Any]) -> list[Any]:
    return [path for path in paths(groups, marks="keep") if path.trained]


def test_prompts_are_padded_left_and_responses_right(groups: list[Any], rows: list[Any]) -> None:
    from coppice_rl.adapters.verl import to_data_proto

    data = to_data_proto(
        groups, pad_token_id=PAD, marks="keep", prompt_length=40, response_length=120
    )
    assert len(data) == len(rows)
    for place, row in enumerate(rows):
        length = len(row.completion)
        batch = data.batch[place]
        assert batch["prompts"].tolist() == [PAD] * (40 - row.prompt_len) + row.prompt
        assert batch["responses"].tolist() == row.completion + [PAD] * (120 - length)
        assert torch.equal(batch["input_ids"], torch.cat((batch["prompts"], batch["responses"])))
        seen = batch["attention_mask"].bool()
        assert batch["input_ids"][seen].tolist() == row.tokens.tolist()
        assert batch["position_ids"][seen].tolist() == list(range(len(row.tokens)))
        mask = row.loss_mask[row.prompt_len :]
        assert batch["response_mask"].tolist() == mask.tolist() + [0] * (120 - length)
        np.testing.assert_array_equal(
            batch["rollout_log_probs"][:length].numpy(), row.logprobs[row.prompt_len :]
        )


def test_verls_own_advantage_step_gives_the_engines_advantages(
    groups: list[Any], rows: list[Any]
) -> None:
    from verl.trainer.ppo.ray_trainer import compute_advantage

    from coppice_rl.adapters.verl import ESTIMATOR, to_data_proto

    data = compute_advantage(
        to_data_proto(groups, pad_token_id=PAD, marks="keep"), adv_estimator=ESTIMATOR
    )
    for place, row in enumerate(rows):
        wanted = (row.advantages * row.loss_mask)[row.prompt_len :]
        given = data.batch["advantages"][place]
        np.testing.assert_array_equal(given[: len(wanted)].numpy(), wanted)
        assert not given[len(wanted) :].any()
        assert torch.equal(data.batch["returns"][place], given)
    assert data.batch["advantages"].abs().max() > 0


def test_verls_policy_loss_takes_the_batch(groups: list[Any], rows: list[Any]) -> None:
    from omegaconf import OmegaConf
    from verl.trainer.ppo.core_algos import agg_loss, get_policy_loss_fn
    from verl.trainer.ppo.ray_trainer import compute_advantage

    from coppice_rl.adapters.verl import ESTIMATOR, to_data_proto

    data = compute_advantage(
        to_data_proto(groups, pad_token_id=PAD, marks="keep"), adv_estimator=ESTIMATOR
    )
    mask = data.batch["response_mask"]
    old = torch.zeros(mask.shape)
    config = OmegaConf.create(
        {"clip_ratio": 0.2, "clip_ratio_low": 0.2, "clip_ratio_high": 0.2, "clip_ratio_c": 3.0}
        | {"global_batch_info": {}}
    )
    loss = get_policy_loss_fn("vanilla")(
        old, old.clone(), data.batch["advantages"], mask, "token-mean", config, None
    )[0]
    flat = np.concatenate([(row.advantages * row.loss_mask) for row in rows])
    count = sum(int(row.loss_mask.sum()) for row in rows)
    assert float(loss) == pytest.approx(-flat.sum(dtype=np.float64) / count, rel=1e-5)
    assert agg_loss is not None


def test_true_rewards_and_versions_travel_beside(groups: list[Any], rows: list[Any]) -> None:
    from coppice_rl.adapters.verl import to_data_proto

    data = to_data_proto(groups, pad_token_id=PAD, marks="keep")
    assert data.non_tensor_batch["coppice_reward"].tolist() == [row.reward for row in rows]
    assert data.non_tensor_batch["uid"].tolist() == [str(row.group) for row in rows]
    assert data.non_tensor_batch["min_global_steps"].tolist() == [r.first_version for r in rows]
    assert not any(math.isnan(reward) for reward in data.non_tensor_batch["coppice_reward"])


def test_too_narrow_a_width_is_named(groups: list[Any]) -> None:
    from coppice_rl.adapters.verl import to_data_proto

    with pytest.raises(ValueError, match="response_length=3 is less than the longest"):
        to_data_proto(groups, pad_token_id=PAD, marks="keep", response_length=3)


def test_queue_rows_are_unpadded_and_pass_verls_padding_and_estimator(
    groups: list[Any], rows: list[Any]
) -> None:
    from verl import DataProto
    from verl.trainer.ppo.v1.utils import compute_advantage_for_multi_trajectories

    from coppice_rl.adapters.verl import CREDITS, ESTIMATOR, to_queue

    keys, fields, tags = to_queue(groups, global_steps=3, credits=CREDITS, marks="keep")
    assert len(set(keys)) == len(keys) == len(rows)
    assert [len(part) for part in fields["input_ids"].unbind()] == [len(r.tokens) for r in rows]
    assert {tag["status"] for tag in tags} == {"success"}
    assert [tag["seq_len"] for tag in tags] == [len(row.tokens) for row in rows]
    assert min(fields.get("num_turns").tolist()) >= 2
    padded = fields.select("response_mask", "rm_scores").to_padded_tensor()
    assert padded["rm_scores"].sum(dim=1).tolist() == pytest.approx([row.reward for row in rows])
    data = DataProto(batch=padded)
    data.batch["token_level_rewards"] = data.batch["rm_scores"]
    data.non_tensor_batch["uid"] = np.array(fields.get("uid").tolist(), dtype=object)
    data = compute_advantage_for_multi_trajectories(data, batch_keys=keys, adv_estimator=ESTIMATOR)
    for place, row in enumerate(rows):
        wanted = (row.advantages * row.loss_mask)[row.prompt_len :]
        np.testing.assert_array_equal(
            data.batch["advantages"][place][: len(wanted)].numpy(), wanted
        )


def test_the_queues_scores_are_grouped_by_prompt_for_verls_own_estimators(
    groups: list[Any], rows: list[Any]
) -> None:
    from coppice_rl.adapters.verl import to_queue

    named = {row.group: f"prompt-{row.group}" for row in rows}
    keys, fields, _ = to_queue(groups, global_steps=3, uids=named, marks="keep")
    assert fields.get("uid").tolist() == [named[row.group] for row in rows]
    assert all(key.rsplit("_", 2)[0] == uid for key, uid in zip(keys, fields.get("uid").tolist()))


class ScriptedQueue:
    """Keeps what is put, as verl's queue would."""

    def __init__(self) -> None:
        self.statuses: dict[str, list[str]] = {}
        self.rows: dict[str, Any] = {}
        self.changed = threading.Condition()

    def kv_batch_put(
        self, *, keys: list[str], tags: list[dict[str, Any]], partition_id: str, fields: Any = None
    ) -> None:
        with self.changed:
            for place, (key, tag) in enumerate(zip(keys, tags, strict=True)):
                if tag.get("is_prompt"):
                    self.statuses.setdefault(key, []).append(tag["status"])
                else:
                    self.rows[key] = fields["rm_scores"][place]
            self.changed.notify_all()

    def await_ends(self, count: int) -> None:
        def ended() -> bool:
            last = [statuses[-1] for statuses in self.statuses.values()]
            return sum(status != "running" for status in last) == count

        with self.changed:
            assert self.changed.wait_for(ended, timeout=60), self.statuses


def test_the_manager_queues_every_group_and_ends_every_prompt() -> None:
    from tensordict import NonTensorStack, TensorDict

    from coppice_rl.adapters.verl import EngineAgentLoopManager

    queue = ScriptedQueue()
    with ScriptedEngine(data=DATA, batch=64) as server:
        with coppice_rl.Engine.connect(server.where(), timeout_s=20) as engine:
            manager = EngineAgentLoopManager(engine, queue, marks="keep")
            prompts = TensorDict({"index": torch.tensor([4, 2, 7])}, batch_size=3)
            prompts["uid"] = NonTensorStack("a", "b", "c")
            prompts["global_steps"] = NonTensorStack(1, 1, 1)
            server.silent = True
            manager.generate_sequences(prompts)
            server.drop([1], "unscored")
            server.silent = False
            queue.await_ends(3)
            manager.close()
            assert queue.statuses == {
                "a": ["running", "finished"],
                "b": ["running", "failure"],
                "c": ["running", "finished"],
            }
            assert {key.split("_")[0] for key in queue.rows} == {"a", "c"}
            assert engine.status().counts.acknowledged == 2
