"""TRL's ``AsyncGRPOTrainer``: a rollout worker and a weight transfer that speak to the engine.

::

    trainer = AsyncGRPOTrainer(..., rollout_worker=EngineWorker(engine, tasks=100),
                               weight_transfer=EngineWeights(engine))
    per_token_credit(trainer)

Pinned and tested with trl 1.16.0, whose forward needs a GPU: the test here follows the samples
through TRL's own queue, planner and collator up to the tensors of the loss.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from trl.experimental.async_grpo.async_grpo_trainer import DataCollatorForRollout
from trl.experimental.async_grpo.async_rollout_worker import RolloutSample
from trl.trainer.utils import pad

from coppice_rl.adapters import Path, paths
from coppice_rl.engine import Engine
from coppice_rl.errors import EngineTimeoutError
from coppice_rl.marks import MarkRule, rules_of

_LOOK_S = 2.0


class TokenCredit(float):
    """A path's advantage as the number TRL wants, with the advantages of its tokens beside it."""

    tokens: np.ndarray[Any, np.dtype[np.float32]]

    @staticmethod
    def of(path: Path) -> TokenCredit:
        """Takes the estimator's scalar, or the mean over the trained tokens where it gave none."""
        scalar = path.advantage
        if math.isnan(scalar):
            scalar = float(path.advantages[path.loss_mask.astype(bool)].mean())
        credit = TokenCredit(scalar)
        credit.tokens = path.advantages
        return credit


class _Samples(queue.Queue[RolloutSample]):
    """The buffer TRL drains; it says which groups were drained whole."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.left: dict[int, int] = {}
        self.drained: queue.SimpleQueue[int] = queue.SimpleQueue()

    def get(self, block: bool = True, timeout: float | None = None) -> RolloutSample:
        sample = super().get(block, timeout)
        self.left[sample.group_id] -= 1
        if self.left[sample.group_id] == 0:
            del self.left[sample.group_id]
            self.drained.put(sample.group_id)
        return sample


class EngineWorker:
    """TRL's ``RolloutWorkerProtocol`` over the engine: samples come as their groups do.

    A group is acknowledged after the trainer has drained all its samples.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        tasks: int,
        ahead: int = 16,
        most: int = 1024,
        update: int | None = None,
        marks: MarkRule = None,
    ) -> None:
        """Binds the engine.

        :param tasks: tasks of the split to go round.
        :param ahead: groups submitted and not yet received.
        :param update: groups that one step of the trainer consumes. No sample is then older than
            ``bridge.staleness`` versions, which is to be at most TRL's ``max_staleness``, or TRL
            drops what is; by default ``ahead``.
        :param most: samples the buffer holds before the worker waits.
        :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
        """
        self._marks = rules_of(marks)
        self.rollout_buffer = _Samples(most)
        self.metrics_queue: queue.Queue[dict[str, Any]] = queue.Queue()
        self._engine = engine
        self._tasks = tasks
        self._ahead = ahead
        self._update = update or ahead
        self._next = 0
        self._offset = 0
        self._stopped = threading.Event()
        self._fault: BaseException | None = None
        self._beat = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="coppice-worker", daemon=True)

    def start(self) -> None:
        """Begins to submit and to receive."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the worker and acknowledges what was drained."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        self._acknowledge()

    def update_model_version(self, model_version: int) -> None:
        """Learns how TRL counts versions; the engine counts its own."""
        self._offset = model_version - self._engine.status().policy_version

    def check_health(self, stale_after_s: float) -> None:
        """Raises where the worker failed or has had no group for too long."""
        if self._fault is not None:
            raise RuntimeError(f"the rollout worker failed: {self._fault}") from self._fault
        silent_s = time.monotonic() - self._beat
        if silent_s > stale_after_s:
            raise RuntimeError(f"no group came for {silent_s:.0f} s; see the engine's log")

    def _run(self) -> None:
        try:
            open_groups: set[int] = set(self._submit(self._ahead))
            while not self._stopped.is_set():
                try:
                    for batch in self._engine.batches(1, update=self._update, timeout_s=_LOOK_S):
                        self._beat = time.monotonic()
                        open_groups.difference_update(batch.ids)
                        self._hand_over(list(paths(batch, marks=self._marks)), batch.ids[0])
                        self._acknowledge()
                        if self._stopped.is_set():
                            return
                        open_groups.update(self._submit(self._ahead - len(open_groups)))
                except EngineTimeoutError:
                    self._acknowledge()
                    counts = self._engine.status().counts
                    if counts.queued + counts.in_flight + counts.sealed == 0:
                        open_groups = set(self._submit(self._ahead))
        except BaseException as fault:  # the trainer raises it from check_health
            self._fault = fault

    def _submit(self, count: int) -> list[int]:
        if count < 1:
            return []
        tasks = [(self._next + step) % self._tasks for step in range(count)]
        self._next = (self._next + count) % self._tasks
        return self._engine.submit(tasks)

    def _hand_over(self, rows: list[Path], group: int) -> None:
        trained = [row for row in rows if row.trained]
        if not trained:
            self._engine.ack([group])
            return
        rewards = np.array([row.reward for row in trained])
        self.rollout_buffer.left[group] = len(trained)
        for row in trained:
            sample = RolloutSample(
                prompt=[],
                completion=[],
                input_ids=row.tokens,
                completion_mask=row.loss_mask,
                old_log_probs=row.logprobs,
                advantage=TokenCredit.of(row),
                model_version=row.first_version + self._offset,
                group_id=group,
                metrics={"reward": row.reward, "reward_std": float(rewards.std())},
                enqueued_at=time.time(),
            )
            while not self._stopped.is_set():
                try:
                    self.rollout_buffer.put(sample, timeout=0.1)
                    break
                except queue.Full:
                    self._beat = time.monotonic()  # the trainer is slow, not the engine

    def _acknowledge(self) -> None:
        groups = []
        while not self.rollout_buffer.drained.empty():
            groups.append(self.rollout_buffer.drained.get())
        if groups:
            self._engine.ack(groups)


class EngineWeights:
    """TRL's ``WeightTransferProtocol``: a safetensors folder that the engine swaps in."""

    def __init__(self, engine: Engine) -> None:
        """Binds the engine."""
        self._engine = engine

    def init_weight_transfer(self) -> None:
        """Checks that the engine answers."""
        self._engine.status()

    def pause(self) -> None:
        """Does nothing: the engine swaps weights between two forward passes by itself."""

    def send_weights(self, iterator: Iterator[tuple[str, torch.Tensor]]) -> None:
        """Publishes the weights as the next version."""
        self._engine.publish({name: tensor.detach().cpu() for name, tensor in iterator})

    def resume(self) -> None:
        """Does nothing, see ``pause``."""

    def destroy(self) -> None:
        """Does nothing: nothing is held."""


class CreditCollator(DataCollatorForRollout):
    """TRL's collator with advantages token by token instead of one per sample."""

    def torch_call(self, examples: list[Any]) -> dict[str, Any]:
        """Packs as TRL does, then puts each loss term's own advantage in its place."""
        batch: dict[str, Any] = super().torch_call(examples)
        (rows,) = examples
        batch["advantages"] = pad([_term_advantages(row) for row in rows], padding_value=0)
        return batch


def per_token_credit(trainer: Any) -> None:
    """Makes an ``AsyncGRPOTrainer`` collate with :class:`CreditCollator`."""
    plain = trainer.get_train_dataloader

    def with_credit() -> Any:
        loader = plain()
        old = loader.collate_fn
        loader.collate_fn = CreditCollator(
            old.pad_token_id,
            old.num_processes,
            groups_trained=old.groups_trained,
            metrics=old.metrics,
            token_budget=old.token_budget,
        )
        return loader

    trainer.get_train_dataloader = with_credit


def _term_advantages(row: Any) -> torch.Tensor:
    """Lists the advantages of a row's loss terms in TRL's order: by sample, then by position."""
    terms: list[float] = []
    for sample in row.samples:
        credit, mask = sample["advantage"], sample["completion_mask"]
        for place in range(1, len(mask)):
            if mask[place]:
                terms.append(float(credit.tokens[place]))
    return torch.tensor(terms, dtype=torch.float32)
