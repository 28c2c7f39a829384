"""verl: paths as a ``DataProto`` or as TransferQueue rows, per-token advantages passed through.

Set ``algorithm.adv_estimator=coppice`` and leave ``algorithm.use_kl_in_reward`` off: the estimator
is registered when this module is imported and hands the engine's advantages on.

* ``EngineAgentLoopManager`` takes the place of verl's agent loops in its usual trainer::

      actor_rollout_ref.rollout.agent.agent_loop_manager_class=coppice_rl.adapters.verl.EngineAgentLoopManager

  with ``COPPICE_ENGINE=grpc://127.0.0.1:PORT`` in the environment. A row of the data set names its task by ``index``.
  ``rm_scores`` is the reward at the last token, as verl's statistics read it. New weights reach the engine by
  :meth:`coppice_rl.Engine.publish`, called where the trainer saves them.
* ``to_data_proto`` makes a ``DataProto`` for a loop of your own. verl keeps no column of ours there, so the
  advantages travel in ``rm_scores``; the rewards are in ``coppice_reward``.

Pinned and tested with verl 0.9.1.
"""

from __future__ import annotations

import itertools
import logging
import math
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from tensordict import NonTensorStack, TensorDict
from verl import DataProto
from verl.trainer.ppo.core_algos import register_adv_est

from coppice_rl.adapters import Path, paths
from coppice_rl.engine import Engine
from coppice_rl.errors import EngineTimeoutError
from coppice_rl.marks import MarkRule
from coppice_rl.rows import FlatGroup, PackedGroup

ESTIMATOR = "coppice"
_LOOK_S = 5.0
_LOG = logging.getLogger("coppice_rl")


class Credits:
    """The advantages of rows in verl's queue, by the name that stands in their ``uid``.

    verl hands an estimator scores, masks and ``uid`` and nothing else. So the advantages wait here,
    in the process of the trainer, from the moment their rows are queued until they are asked for.
    """

    def __init__(self) -> None:
        """Begins with none."""
        self._lock = threading.Lock()
        self._waiting: dict[str, np.ndarray[Any, Any]] = {}

    def put(self, name: str, advantages: np.ndarray[Any, Any]) -> None:
        """Keeps the advantages of a row's response."""
        with self._lock:
            self._waiting[name] = advantages

    def take(self, names: Sequence[str], like: torch.Tensor) -> torch.Tensor | None:
        """Returns the advantages of rows, padded, or None where their rows were not queued here."""
        with self._lock:
            if not all(name in self._waiting for name in names):
                return None
            credit = torch.zeros_like(like)
            for place, name in enumerate(names):
                values = torch.from_numpy(self._waiting.pop(name))
                credit[place, : len(values)] = values.to(credit)
            return credit


CREDITS = Credits()


@register_adv_est(ESTIMATOR)
def pass_advantages_through(
    token_level_rewards: torch.Tensor, response_mask: torch.Tensor, index: Any = None, **_: Any
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the engine's advantages as both advantages and returns."""
    names = [] if index is None else [str(name) for name in index]
    queued = CREDITS.take(names, token_level_rewards) if names else None
    advantages = (token_level_rewards if queued is None else queued) * response_mask
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
    groups: Iterable[PackedGroup | FlatGroup],
    *,
    global_steps: int,
    uids: Mapping[int, str] | None = None,
    credits: Credits | None = None,
    marks: MarkRule = None,
) -> tuple[list[str], TensorDict, list[dict[str, Any]]]:
    """Makes keys, fields and tags for ``transfer_queue.kv_batch_put``, nothing padded.

    :param global_steps: the trainer's step the groups are for.
    :param uids: the prompt of each group, as verl names it; by default the group's own id.
    :param credits: keeps the advantages for the estimator ``coppice``; a row's ``uid`` is then its
        key. Without it ``uid`` is the prompt's, for an estimator of verl's.
    :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
    """
    rows = [path for path in paths(groups, marks=marks) if path.trained]
    prompts = [uids[row.group] if uids is not None else str(row.group) for row in rows]
    sessions = {uid: itertools.count() for uid in prompts}
    # The last part counts trajectories of one session, whose reward verl takes from the last one.
    keys = [f"{uid}_{next(sessions[uid])}_0" for uid in prompts]
    columns = {
        "prompts": [_long(row.tokens[: row.prompt_len]) for row in rows],
        "responses": [_long(row.tokens[row.prompt_len :]) for row in rows],
        "response_mask": [_long(row.loss_mask[row.prompt_len :]) for row in rows],
        "loss_mask": [_long(row.loss_mask[row.prompt_len :]) for row in rows],
        "rollout_log_probs": [torch.tensor(row.logprobs[row.prompt_len :]) for row in rows],
        "rm_scores": [_score(row) for row in rows],
        "input_ids": [_long(row.tokens) for row in rows],
        "position_ids": [torch.arange(len(row.tokens)) for row in rows],
    }
    if credits is not None:
        for key, row in zip(keys, rows, strict=True):
            credits.put(key, (row.advantages * row.loss_mask)[row.prompt_len :])
    fields = TensorDict(
        {
            name: torch.nested.as_nested_tensor(values, layout=torch.jagged)
            for name, values in columns.items()
        },
        batch_size=len(rows),
    )
    fields["uid"] = NonTensorStack(*(prompts if credits is None else keys))
    fields["num_turns"] = NonTensorStack(*[_turns(row) for row in rows])
    fields["extra_fields"] = NonTensorStack(
        *[{"reward_extra_info": {"coppice_reward": row.reward}} for row in rows]
    )
    return keys, fields, [_tag(row, global_steps) for row in rows]


def _score(row: Path) -> torch.Tensor:
    """The reward at the last token, 0 before it and where there is none."""
    score = torch.zeros(len(row.tokens) - row.prompt_len)
    score[-1] = 0.0 if math.isnan(row.reward) else row.reward
    return score


def _turns(row: Path) -> int:
    """Counts the runs of sampled tokens and what stands between them, as verl counts messages."""
    mask = row.loss_mask[row.prompt_len :]
    return 2 + int(np.count_nonzero(np.diff(mask)))


def _tag(row: Path, global_steps: int) -> dict[str, Any]:
    return {
        "status": "success",
        "prompt_len": row.prompt_len,
        "response_len": len(row.tokens) - row.prompt_len,
        "seq_len": len(row.tokens),
        "global_steps": global_steps,
        "min_global_steps": row.first_version,
        "max_global_steps": row.last_version,
    }


class EngineAgentLoopManager:
    """verl's agent loops, played by the engine: prompts become tasks, groups rows of the queue.

    ``generate_sequences`` returns at once; a thread of its own puts what comes into the queue and
    then marks the prompt as finished, or as failed where its group was dropped.
    """

    def __init__(
        self, engine: Engine, queue: Any, *, credited: bool = True, marks: MarkRule = None
    ) -> None:
        """Binds an engine and a queue.

        :param queue: the module ``transfer_queue``, or what has its ``kv_batch_put``.
        :param credited: whether the trainer's estimator is ``coppice``.
        :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
        """
        self._marks = marks
        self._engine = engine
        self._queue = queue
        self._credits = CREDITS if credited else None
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[str, str, int]] = {}
        self._update = 1
        self._work = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coppice-verl", daemon=True)
        self._thread.start()

    @classmethod
    def create(cls, config: Any, *_: Any, **__: Any) -> EngineAgentLoopManager:
        """Makes the manager as verl's task runner does; verl's own servers are not asked."""
        import transfer_queue

        location = os.environ.get("COPPICE_ENGINE", "")
        if not location:
            raise ValueError(
                "set COPPICE_ENGINE to where the engine listens, for example "
                "grpc://127.0.0.1:8815; ./coppice serve prints it as its first line"
            )
        credited = config.algorithm.adv_estimator == ESTIMATOR
        return cls(Engine.connect(location), transfer_queue, credited=credited)

    def generate_sequences(self, prompts: TensorDict) -> None:
        """Submits a batch of prompts; their rows come into the queue by and by."""
        uids = [str(uid) for uid in prompts["uid"]]
        tasks = [int(index) for index in prompts["index"]]
        partition = "val" if bool(_plain(prompts.get("validate", False))) else "train"
        step = int(_plain(prompts["global_steps"]))
        self._tag(uids, partition, "running")
        with self._lock:
            groups = self._engine.submit(tasks)
            self._waiting.update(
                {
                    group: (uid, partition, step)
                    for group, uid in zip(groups, uids, strict=True)
                }
            )
            self._update = len(tasks)
        self._work.set()

    def close(self) -> None:
        """Ends the thread; what has not come yet is not queued any more."""
        self._stopped.set()
        self._work.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._work.wait()
            self._work.clear()
            while not self._stopped.is_set() and self._missing():
                self._receive()

    def _missing(self) -> int:
        with self._lock:
            return len(self._waiting)

    def _receive(self) -> None:
        came = 0
        total = self._missing()
        try:
            for batch in self._engine.batches(1, total=total, update=self._update, timeout_s=_LOOK_S):
                came += len(batch)
                for group in batch:
                    with self._lock:
                        known = self._waiting.get(group.outcomes.group)
                    if known is not None:  # else of an earlier trainer
                        self._put(group, *known)
                        with self._lock:
                            self._waiting.pop(group.outcomes.group, None)
                self._engine.ack(batch)
                if self._stopped.is_set():
                    return
        except EngineTimeoutError:
            return  # the engine is busy; ask again
        except Exception as fault:
            _LOG.error("the engine's groups cannot be queued: %s", fault)
            self._fail()
            return
        if came < total:
            self._fail()

    def _put(self, group: PackedGroup, uid: str, partition: str, step: int) -> None:
        keys, fields, tags = to_queue(
            [group],
            global_steps=step,
            uids={group.outcomes.group: uid},
            credits=self._credits if partition == "train" else None,
            marks=self._marks,
        )
        if keys:
            self._queue.kv_batch_put(keys=keys, fields=fields, tags=tags, partition_id=partition)
        self._tag([uid], partition, "finished" if keys else "failure")

    def _fail(self) -> None:
        with self._lock:
            lost, self._waiting = self._waiting, {}
        for uid, partition, _ in lost.values():
            self._tag([uid], partition, "failure")

    def _tag(self, uids: list[str], partition: str, status: str) -> None:
        tags = [{"is_prompt": True, "status": status} for _ in uids]
        self._queue.kv_batch_put(keys=uids, tags=tags, partition_id=partition)


def _plain(value: Any) -> Any:
    """Takes a value out of what verl wraps it in."""
    data = getattr(value, "data", value)
    return data[0] if isinstance(data, (list, tuple, np.ndarray)) else data


def _long(array: np.ndarray[Any, Any]) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64))


def _width(name: str, wished: int | None, lengths: Sequence[int]) -> int:
    longest = max(lengths)
    if wished is None:
        return longest
    if longest > wished:
        raise ValueError(f"{name}={wished} is less than the longest of these paths, {longest}")
    return wished
