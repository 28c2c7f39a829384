"""verl: paths as a ``DataProto`` or as TransferQueue rows, per-token advantages passed through.

verl recomputes advantages from ``rm_scores``. So the advantages travel there, and the estimator
``coppice``, registered when this module is imported, hands them on: set
``algorithm.adv_estimator=coppice`` and leave ``algorithm.use_kl_in_reward`` off. The true rewards
are in the column ``coppice_reward`` (in ``reward_extra_info`` for the queue's rows).

Pinned and tested with verl 0.9.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from tensordict import TensorDict
from verl import DataProto
from verl.trainer.ppo.core_algos import register_adv_est

from coppice_rl.adapters import Path, paths
from coppice_rl.marks import MarkRule
from coppice_rl.rows import FlatGroup, PackedGroup

ESTIMATOR = "coppice"
_ROW = (1 << 20) - 1


@register_adv_est(ESTIMATOR)
def pass_advantages_through(
    token_level_rewards: torch.Tensor, response_mask: torch.Tensor, **_: Any
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the engine's advantages as both advantages and returns."""
    advantages = token_level_rewards * response_mask
    return advantages, advantages


def to_data_proto(
    groups: Iterable[PackedGroup | FlatGroup],
    *,
    pad_token_id: int,
    prompt_length: int | None = None,
    response_length: int | None = None,
    marks: MarkRule = None,
) -> DataProto:
    """Makes a ``DataProto``: prompts padded on the left, responses on the right.

    A path of several draws is a row for each of them. Paths without a trainable token are left out.

    :param prompt_length: width of the prompts; by default that of the longest.
    :param response_length: width of the responses; by default that of the longest.
    :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
    """
    rows = [path for path in paths(groups, marks=marks) if path.trained]
    if not rows:
        raise ValueError("no path of these groups has a trainable token")
    left = _width("prompt_length", prompt_length, [row.prompt_len for row in rows])
    right = _width(
        "response_length", response_length, [len(row.tokens) - row.prompt_len for row in rows]
    )
    shape = (len(rows), right)
    prompts = np.full((len(rows), left), pad_token_id, np.int64)
    responses = np.full(shape, pad_token_id, np.int64)
    seen = np.zeros((len(rows), left + right), np.int64)
    mask = np.zeros(shape, np.int64)
    logprobs, advantages = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for place, row in enumerate(rows):
        cut, length = row.prompt_len, len(row.tokens) - row.prompt_len
        prompts[place, left - cut :] = row.tokens[:cut]
        responses[place, :length] = row.tokens[cut:]
        seen[place, left - cut : left + length] = 1
        mask[place, :length] = row.loss_mask[cut:]
        logprobs[place, :length] = row.logprobs[cut:]
        advantages[place, :length] = row.advantages[cut:] * row.loss_mask[cut:]
    tensors = {
        "prompts": prompts,
        "responses": responses,
        "input_ids": np.concatenate((prompts, responses), axis=1),
        "attention_mask": seen,
        "position_ids": np.maximum(np.cumsum(seen, axis=1) - 1, 0),
        "response_mask": mask,
        "rollout_log_probs": logprobs,
        "rm_scores": advantages,
        "token_level_scores": advantages,
        "token_level_rewards": advantages,
    }
    return DataProto.from_dict(
        tensors={name: torch.from_numpy(array) for name, array in tensors.items()},
        non_tensors={
            "uid": np.array([str(row.group) for row in rows], dtype=object),
            "coppice_reward": np.array([row.reward for row in rows], dtype=object),
            "min_global_steps": np.array([row.first_version for row in rows], dtype=object),
            "max_global_steps": np.array([row.last_version for row in rows], dtype=object),
        },
    )


def to_queue(
    groups: Iterable[PackedGroup | FlatGroup], *, global_steps: int, marks: MarkRule = None
) -> tuple[list[str], TensorDict, list[dict[str, Any]]]:
    """Makes keys, fields and tags for ``transfer_queue.kv_batch_put``, nothing padded.

    :param global_steps: the trainer's step the groups are for.
    :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
    """
    rows = [path for path in paths(groups, marks=marks) if path.trained]
    # The last part counts trajectories of one session, whose reward verl takes from the last one.
    keys = [f"{row.group}_{row.rollout & _ROW}_0" for row in rows]
    columns = {
        "prompts": [_long(row.tokens[: row.prompt_len]) for row in rows],
        "responses": [_long(row.tokens[row.prompt_len :]) for row in rows],
        "response_mask": [_long(row.loss_mask[row.prompt_len :]) for row in rows],
        "loss_mask": [_long(row.loss_mask[row.prompt_len :]) for row in rows],
        "rollout_log_probs": [torch.tensor(row.logprobs[row.prompt_len :]) for row in rows],
        "rm_scores": [
            torch.tensor((row.advantages * row.loss_mask)[row.prompt_len :]) for row in rows
        ],
        "input_ids": [_long(row.tokens) for row in rows],
        "position_ids": [torch.arange(len(row.tokens)) for row in rows],
    }
    fields = TensorDict(
        {
            name: torch.nested.as_nested_tensor(values, layout=torch.jagged)
            for name, values in columns.items()
        },
        batch_size=len(rows),
    )
    tags = [_tag(row, global_steps) for row in rows]
    return keys, fields, tags


def _tag(row: Path, global_steps: int) -> dict[str, Any]:
    return {
        "status": "success",
        "prompt_len": row.prompt_len,
        "response_len": len(row.tokens) - row.prompt_len,
        "seq_len": len(row.tokens),
        "global_steps": global_steps,
        "min_global_steps": row.first_version,
        "max_global_steps": row.last_version,
        "reward_extra_info": {"coppice_reward": row.reward},
    }


def _long(array: np.ndarray[Any, Any]) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64))


def _width(name: str, wished: int | None, lengths: Sequence[int]) -> int:
    longest = max(lengths)
    if wished is None:
        return longest
    if longest > wished:
        raise ValueError(f"{name}={wished} is less than the longest of these paths, {longest}")
    return wished
