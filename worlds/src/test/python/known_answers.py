"""Scores the gold answers of reasoning-gym's data sets, and wrong ones, through the adapter and as the package does.

    python known_answers.py FOLDER_OF_COPPICE_WORLD [TASKS]

Prints a line for each data set that is not as the package has it, and the counts. Exit status 1 if any differs.
"""
import os
import sys

sys.path.insert(0, sys.argv[1])
import reasoning_gym  # noqa: E402
from reasoning_gym.factory import DATASETS  # noqa: E402

from coppice_world.names import environment  # noqa: E402

TASKS = int(sys.argv[2]) if len(sys.argv) > 2 else 20


def played(name):
    """Returns how many gold answers there are, how many scored otherwise, and how many wrong ones were paid."""
    settings = {"environment": f"reasoning-gym/{name}", "config": {"size": TASKS, "dataset_seed": 7}, "folder": "."}
    offered = environment(settings)
    package = reasoning_gym.create_dataset(name, size=TASKS, seed=7)
    gold = differing = paid = 0
    for index in range(TASKS):
        world = offered.open()
        world.reset(index, 1)
        told, entry = offered.task(index, 1), world.entry
        differing += told["prompt"] != entry["question"]
        answer = told["answer"]
        if answer is not None:
            gold += 1
            differing += world.reward(answer, [])["reward"] != float(package.score_answer(answer, entry))
        paid += world.reward("banana", [])["reward"] > 0.5
    return gold, differing, paid


def main():
    sets = gold_sets = bad = 0
    for name in sorted(DATASETS):
        if name == "composite":  # Needs parts.
            continue
        sets += 1
        gold, differing, paid = played(name)
        gold_sets += gold > 0
        bad += differing > 0
        if differing or gold < TASKS or paid:
            print(f"{name}: gold {gold} of {TASKS}, differing {differing}, wrong ones paid {paid}", flush=True)
    print(f"data sets {sets}, with gold answers {gold_sets}, differing {bad}")
    sys.stdout.flush()
    os._exit(bad > 0)


main()
