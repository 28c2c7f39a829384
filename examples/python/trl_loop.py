"""Trains the shipped policy with TRL's GRPOTrainer on rollouts of the engine, on a CPU.

    pip install './trainers-bridge/python[trl]' matplotlib
    python examples/python/trl_loop.py --out docs

The engine grows trees in a process of its own; TRL gets their paths with the engine's advantages,
token by token, publishes its weights after every step, and scores each generation once more: the
largest difference to the sampled log-probabilities is printed beside the reward. It writes
``trl-loop.json`` and ``trl-loop.png``.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig

import coppice_rl
from coppice_rl.adapters.trl import CreditGRPOTrainer, EngineRollouts, engine_reward, task_prompts

PROJECT = Path(__file__).resolve().parents[2]
MODEL = PROJECT / "models" / "tiny-policy"


class Show(TrainerCallback):
    """Prints one line per step and keeps the curve."""

    def __init__(self):
        self.curve, self.begun, self.trainer = [], time.monotonic(), None

    def on_log(self, args, state, control, logs=None, **_):
        if logs and "reward" in logs:
            step = {
                "step": state.global_step,
                "reward": float(logs["reward"]),
                "entropy": float(logs["entropy"]),
                "mismatch": self.trainer.mismatches[-1],
                "seconds": round(time.monotonic() - self.begun, 1),
            }
            self.curve.append(step)
            print(json.dumps(step), flush=True)


def held_out(options, weights, tasks=100):
    """The reward of each held-out task at temperature 1: the mean over 8 chains."""
    overrides = {
        "task.split": "held-out",
        "model.path": str(weights),
        "model.threads": 1,
        "task.count": tasks,
        "tree.policy": "chain",
        "tree.trees": 8,
        "bridge.batch": 64,
    }
    with coppice_rl.Engine.start(
        options.config, overrides=overrides, out=options.runs, coppice=PROJECT
    ) as engine:
        place = {group: task for task, group in enumerate(engine.submit(range(tasks)))}
        means = torch.full((tasks,), float("nan"))
        for batch in engine.batches(groups=8, total=tasks, update=tasks, timeout_s=600):
            for group in batch:
                outcomes = group.outcomes
                means[place[outcomes.group]] = float(outcomes.reward[outcomes.scored].mean())
            engine.ack(batch)
    return means


def summed_up(values):
    error = values.std() / len(values) ** 0.5
    return {"mean": round(values.mean().item(), 4), "error": round(error.item(), 4)}


def train(options):
    overrides = {
        "task.split": "train",
        "task.count": options.tasks,
        "model.threads": 1,
        "tree.trees": 1,
        "bridge.batch": 64,
        "bridge.groups-per-segment": 4,
    }
    for pair in options.set:
        key, _, value = pair.partition("=")
        overrides[key] = value
    show = Show()
    config = GRPOConfig(
        output_dir=str(options.runs),
        per_device_train_batch_size=options.rows,
        num_generations=8,
        max_steps=options.steps,
        learning_rate=options.rate,
        lr_scheduler_type="linear",
        warmup_steps=0,
        temperature=1.0,
        beta=0.0,
        epsilon=0.2,
        max_grad_norm=1.0,
        gradient_checkpointing=False,
        loss_type="dapo",
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        bf16=False,
        disable_tqdm=True,
        seed=options.seed,
        weight_decay=0.0,
        adam_beta2=0.95,
    )
    with coppice_rl.Engine.start(
        options.config, overrides=overrides, out=options.runs, coppice=PROJECT
    ) as engine:
        rollouts = EngineRollouts(engine)
        trainer = CreditGRPOTrainer(
            model=AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32),
            processing_class=AutoTokenizer.from_pretrained(MODEL),
            reward_funcs=engine_reward,
            args=config,
            train_dataset=Dataset.from_list(task_prompts(options.tasks)),
            rollout_func=rollouts,
            callbacks=[show],
        )
        trainer.measure_mismatch = 48
        show.trainer = trainer
        trainer.train()
        rollouts.acknowledge()
        status = engine.status()
    folder, _ = coppice_rl.weights_folder(
        Path(options.runs) / "trl", status.policy_version + 1, trainer.model.state_dict(), MODEL
    )
    return show.curve, folder, status


def draw(result, place):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    curve = result["curve"]
    steps = [step["step"] for step in curve]
    rewards = [step["reward"] for step in curve]
    window = max(1, len(rewards) // 10)
    smooth = [
        sum(rewards[max(0, i - window) : i + 1]) / len(rewards[max(0, i - window) : i + 1])
        for i in range(len(rewards))
    ]
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(6.4, 4.8), height_ratios=[3, 1], sharex=True)
    top.plot(steps, rewards, ".", color="0.7", label="reward of the training batch")
    top.plot(steps, smooth, color="tab:green", label=f"mean of {window + 1} steps")
    top.set_ylabel("reward")
    top.legend(loc="lower right")
    bottom.semilogy(steps, [step["mismatch"] for step in curve], color="tab:blue")
    bottom.axhline(1e-4, color="0.5", linestyle=":")
    bottom.set_ylabel("largest\nmismatch")
    bottom.set_xlabel("step of TRL's GRPOTrainer")
    figure.tight_layout()
    figure.savefig(place, dpi=90)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--config", default=str(PROJECT / "examples" / "countdown.toml"))
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--rows", type=int, default=192, help="paths per step")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--tasks", type=int, default=24, help="training tasks, round and round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", default="runs", help="where the engine's run folders go")
    parser.add_argument("--out", default=".", help="where the curve goes")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE",
                        help="keys of the configuration")
    options = parser.parse_args()
    torch.set_num_threads(1)
    begun = time.monotonic()
    before = held_out(options, MODEL)
    curve, folder, status = train(options)
    after = held_out(options, folder)
    result = {
        "command": f"python examples/python/trl_loop.py --config examples/{Path(options.config).name}"
        f" --steps {options.steps} --rows {options.rows} --rate {options.rate} --tasks {options.tasks} --seed {options.seed}"
        + "".join(f" --set {pair}" for pair in options.set),
        "held_out_before": summed_up(before),
        "held_out_after": summed_up(after),
        "held_out_gain": summed_up(after - before),
        "largest_mismatch": max(step["mismatch"] for step in curve),
        "groups": {"issued": status.counts.issued, "acknowledged": status.counts.acknowledged,
                   "dropped": dict(status.counts.dropped)},
        "seconds": round(time.monotonic() - begun, 1),
        "trainer_cpu_seconds": round(time.process_time(), 1),
        "curve": curve,
    }
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "trl-loop.json").write_text(json.dumps(result, indent=1) + "\n")
    draw(result, out / "trl-loop.png")
    print(json.dumps({key: value for key, value in result.items() if key != "curve"}))


if __name__ == "__main__":
    main()
