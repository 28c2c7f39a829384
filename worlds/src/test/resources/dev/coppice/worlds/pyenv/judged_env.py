"""Rewards that ask a judge, that see a whole group, that log, and that are slow."""
import os
import time


def tasks():
    return [{"prompt": "Name a colour.", "answer": "red"}, {"prompt": "Name a shape.", "answer": "ring"}]


def judged(completion, answer, judge):
    return float("yes" in judge(f"Is {completion} the same as {answer}?", system="Say yes or no."))


def polite(completion, log_metric):
    log_metric("letters", len(completion))
    if completion == "slow":
        time.sleep(30)
    return 0.5 if completion.startswith("please") else None


def rare(completions, answer, **kwargs):
    """A row per draw: the rarer a completion is in its group, the more it earns."""
    if "break" in completions:
        return [float("nan")] * len(completions)
    assert len(answer) == len(completions)
    return [1.0 / completions.count(one) for one in completions]


rare.group = True
reward_funcs = [judged, polite, rare]
reward_weights = [1.0, 1.0, 2.0]
