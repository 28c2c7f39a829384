"""TRL: a ``rollout_func`` for ``GRPOTrainer``, and a worker for ``AsyncGRPOTrainer``.

The engine answers tasks, so the dataset's prompts name them: ``task_prompts(100)`` gives
``[{"prompt": "task 0"}, ...]``. Two ways to credit:

* ``CreditGRPOTrainer`` with ``EngineRollouts(engine)``: the engine's advantages, token by token,
  and the sampled log-probabilities as the old policy, so that stale tokens are weighted rightly.
* ``GRPOTrainer`` with ``EngineRollouts(engine, advantages="trl")``: TRL's from the rewards; each
  group must then have exactly ``num_generations`` scored paths.

A path of several draws is a row for each of them.

Pinned and tested with trl 1.16.0. The engine and the trainer must sample and score at one
temperature, which is checked.
"""

from __future__ import annotations

import math
import re
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import torch
from trl import GRPOTrainer

from coppice_rl.adapters import Path, paths
from coppice_rl.batch import Batch
from coppice_rl.engine import Engine
from coppice_rl.errors import EngineTimeoutError
from coppice_rl.header import Header
from coppice_rl.marks import MarkRule, rules_of
from coppice_rl.rows import PackedGroup

REWARD = "coppice_reward"
ADVANTAGES = "coppice_advantages"
VERSION = "coppice_version"
FINISHED = "coppice_finished"
_LOOK_S = 5.0
_TASK = re.compile(r"task (\d+)")


def task_prompts(tasks: int | Iterable[int]) -> list[dict[str, str]]:
    """Lists the rows of a dataset whose prompts name tasks of the engine."""
    numbers = range(tasks) if isinstance(tasks, int) else tasks
    return [{"prompt": f"task {number}"} for number in numbers]


def engine_reward(**columns: Any) -> list[float | None]:
    """Hands the engine's rewards to TRL; a path that could not be scored has none."""
    return [None if math.isnan(reward) else reward for reward in columns[REWARD]]


class EngineRollouts:
    """A ``rollout_func``: one call submits tasks, waits for their groups and returns their paths.

    With ``advantages="ours"`` exactly as many paths are returned as TRL asks for, by group;
    what is over is returned first in the next call, so no path is lost for want of room, and only
    as many of the tasks are submitted as it takes. A group is acknowledged when its last path was
    handed over and the next call begins.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        advantages: Literal["ours", "trl"] = "ours",
        publish: bool = True,
        timeout_s: float = 300.0,
        marks: MarkRule = None,
    ) -> None:
        """Binds the engine.

        :param publish: gives the engine the trainer's weights when they have changed.
        :param timeout_s: the most the groups of one call may take, in seconds.
        :param marks: what becomes of marked nodes, see :mod:`coppice_rl.marks`.
        """
        self._marks = rules_of(marks)
        self.engine = engine
        self.versions: list[int] = []
        self._advantages = advantages
        self._publish = publish
        self._timeout_s = timeout_s
        self._published_step = 0
        self._looked = False
        self._paths_per_group = 8.0
        self._over: deque[Path] = deque()
        self._handed_over: list[int] = []
        self._open: dict[int, int] = {}

    def __call__(self, prompts: Sequence[Any], trainer: Any) -> dict[str, Any]:
        """Returns the paths for the prompts, as ``GRPOTrainer`` wants them."""
        if trainer.accelerator.num_processes != 1:
            raise ValueError(
                f"num_processes={trainer.accelerator.num_processes}: an engine serves one trainer "
                f"process; start one engine per rank"
            )
        self._look_at(trainer)
        self.acknowledge()
        self._publish_if_new(trainer)
        tasks = [_task(prompt) for prompt in prompts]
        rows = (
            self._grouped(tasks, trainer)
            if self._advantages == "trl"
            else self._filled(tasks, trainer)
        )
        self._count_down(rows)
        return _columns(rows)

    def _look_at(self, trainer: Any) -> None:
        if getattr(trainer, "mask_truncated_completions", False):
            raise ValueError(
                "mask_truncated_completions=True: GRPOTrainer takes every completion without an end "
                "token for truncated and would train none of those that a closing mark ends; take "
                "CreditGRPOTrainer, which knows what the engine cut"
            )
        precision = getattr(trainer, "args", None)
        if not self._looked and (
            getattr(precision, "bf16", False) or getattr(precision, "fp16", False)
        ):
            warnings.warn(
                "the trainer scores in half precision (bf16 is TRL's default): log-probabilities "
                "then differ from the engine's f32 ones by 0.05 to 0.11; set bf16=False, or "
                "model.dtype=bf16 for an engine that is to err alike",
                stacklevel=3,
            )
        self._looked = True

    def acknowledge(self) -> None:
        """Acknowledges the groups that were handed over whole; call it after the last step."""
        if self._handed_over:
            self.engine.ack(self._handed_over)
            self._handed_over = []

    def _publish_if_new(self, trainer: Any) -> None:
        step = int(trainer.state.global_step)
        if self._publish and step != self._published_step:
            model = trainer.accelerator.unwrap_model(trainer.model)
            self.versions.append(self.engine.publish(model.state_dict()))
            self._published_step = step

    def _filled(self, tasks: list[int], trainer: Any) -> list[Path]:
        distinct = [task for task, _ in _runs(tasks, trainer.num_generations)]
        place = 0
        while len(self._over) < len(tasks):
            groups = math.ceil((len(tasks) - len(self._over)) / self._paths_per_group)
            some = [distinct[(place + step) % len(distinct)] for step in range(groups)]
            place += groups
            got: list[Path] = []
            for batch in self._arriving(some):
                _check_temperature(batch.header, trainer)
                got += self._trained(batch)
            self._paths_per_group = max(1.0, len(got) / groups)
            self._over.extend(got)
        return [self._over.popleft() for _ in tasks]

    def _grouped(self, tasks: list[int], trainer: Any) -> list[Path]:
        runs = _runs(tasks, trainer.num_generations)
        rows: list[Path] = []
        for task, size in runs:
            found: list[Path] = []
            while not found:  # a group that was dropped or failed throughout is asked for again
                for batch in self._arriving([task]):
                    _check_temperature(batch.header, trainer)
                    found = self._trained(batch)
            if len(found) != size:
                raise ValueError(
                    f"a group of task {task} has {len(found)} scored paths and TRL wants {size}; "
                    f"take CreditGRPOTrainer, or a policy with a fixed number of leaves"
                )
            rows += found
        return rows

    def _arriving(self, tasks: Sequence[int]) -> Iterator[Batch[PackedGroup]]:
        """Submits tasks and yields what comes until none of their groups can come any more."""
        missing = set(self.engine.submit(tasks))
        deadline = time.monotonic() + self._timeout_s
        while missing:
            try:
                for batch in self.engine.batches(
                    groups=1, total=len(missing), update=len(tasks), timeout_s=_LOOK_S
                ):
                    missing.difference_update(batch.ids)
                    yield batch
            except EngineTimeoutError:
                counts = self.engine.status().counts
                if counts.queued + counts.in_flight + counts.sealed == 0:
                    return  # dropped or quarantined, every one that is still missing
                if time.monotonic() > deadline:
                    raise

    def _trained(self, batch: Batch[PackedGroup]) -> list[Path]:
        rows = [path for path in paths(batch, marks=self._marks) if path.trained]
        counts = dict.fromkeys(batch.ids, 0)
        for path in rows:
            counts[path.group] += 1
        self._handed_over += [group for group, count in counts.items() if count == 0]
        self._open.update({group: count for group, count in counts.items() if count})
        return rows

    def _count_down(self, rows: Iterable[Path]) -> None:
        for path in rows:
            self._open[path.group] -= 1
            if self._open[path.group] == 0:
                del self._open[path.group]
                self._handed_over.append(path.group)


class CreditGRPOTrainer(GRPOTrainer):
    """``GRPOTrainer`` with the engine's advantages, token by token.

    The old policy is the one that sampled: its log-probabilities came with the tokens, so the
    clipped ratio is right for tokens of any version. With ``measure_mismatch`` the weights in hand
    score some rows once more, and ``mismatches`` collects the largest difference per generation,
    over rows that the newest weights sampled.

    :cvar measure_mismatch: rows to score again per generation; 0 leaves it out.
    """

    measure_mismatch = 0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Takes what ``GRPOTrainer`` takes."""
        super().__init__(*arguments, **options)
        self.mismatches: list[float] = []
        # TRL takes every completion without an end token for truncated, as those that a closing
        # mark ends are; the engine knows which were.
        self._mask_truncated = self.mask_truncated_completions
        self.mask_truncated_completions = False

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        ids = output["completion_ids"]
        advantages = torch.zeros(ids.shape, dtype=torch.float32)
        for row, example in enumerate(inputs):
            values = torch.as_tensor(example[ADVANTAGES], dtype=torch.float32)
            advantages[row, : len(values)] = values
        output["advantages"] = advantages.to(ids.device)
        self._tell_truncation(output, [bool(example[FINISHED]) for example in inputs])
        output["old_per_token_logps"] = output["sampling_per_token_logps"].to(ids.device)
        if self.measure_mismatch:
            newest = max(example[VERSION] for example in inputs)
            rows = [row for row, example in enumerate(inputs) if example[VERSION] == newest]
            self.mismatches.append(self._mismatch(output, rows[: self.measure_mismatch]))
        return output

    def _tell_truncation(self, output: dict[str, Any], finished: list[bool]) -> None:
        mode = "train" if self.model.training else "eval"
        clipped = self._metrics[mode].get("completions/clipped_ratio")
        if clipped:
            clipped[-1] = 1.0 - sum(finished) / len(finished)
        if self._mask_truncated:
            kept = torch.tensor(finished, device=output["completion_mask"].device).unsqueeze(1)
            for name in ("completion_mask", "tool_mask"):
                output[name] = output[name] * kept.to(output[name].dtype)
            trained = (output["completion_mask"] * output["tool_mask"]).sum()
            output["num_items_in_batch"] = self.accelerator.gather(trained).sum()

    def _mismatch(self, output: dict[str, Any], rows: list[int]) -> float:
        ids, mask = output["completion_ids"][rows], output["completion_mask"][rows]
        with torch.no_grad():
            recomputed, _, _ = self._get_per_token_logps_and_entropies(
                self.model,
                torch.cat([output["prompt_ids"][rows], ids], dim=1),
                torch.cat([output["prompt_mask"][rows], mask], dim=1),
                ids.size(1),
            )
        trained = (mask * output["tool_mask"][rows]).bool()
        return float((recomputed - output["sampling_per_token_logps"][rows])[trained].abs().max())


def _columns(rows: Sequence[Path]) -> dict[str, Any]:
    cut = [row.prompt_len for row in rows]
    return {
        "prompt_ids": [row.prompt for row in rows],
        "completion_ids": [row.completion for row in rows],
        "logprobs": [row.logprobs[at:].tolist() for row, at in zip(rows, cut, strict=True)],
        "env_mask": [row.loss_mask[at:].tolist() for row, at in zip(rows, cut, strict=True)],
        REWARD: [row.reward for row in rows],
        VERSION: [row.first_version for row in rows],
        FINISHED: [row.finished for row in rows],
        ADVANTAGES: [
            (row.advantages * row.loss_mask)[at:].tolist()
            for row, at in zip(rows, cut, strict=True)
        ],
    }


def _task(prompt: Any) -> int:
    match = _TASK.fullmatch(prompt) if isinstance(prompt, str) else None
    if match is None:
        raise ValueError(
            f"prompt {prompt!r} names no task; make the dataset's rows with task_prompts(...)"
        )
    return int(match.group(1))


def _runs(tasks: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Folds equal neighbours, at most ``size`` of them, into pairs of task and number."""
    runs: list[tuple[int, int]] = []
    for task in tasks:
        if runs and runs[-1][0] == task and runs[-1][1] < size:
            runs[-1] = (task, runs[-1][1] + 1)
        else:
            runs.append((task, 1))
    return runs


def _check_temperature(header: Header, trainer: Any) -> None:
    if not np.isclose(header.temperature, trainer.temperature):
        raise ValueError(
            f"the engine samples at temperature {header.temperature} and the trainer scores at "
            f"{trainer.temperature}; set both to one value"
        )
