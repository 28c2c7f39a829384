"""Scores rollouts for Coppice: a line of JSON in, a line of JSON out."""
import importlib.util
import json
import math
import os
import sys

replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # What the function prints must not be taken for an answer.


def say(answer):
    replies.write(json.dumps(answer) + "\n")
    replies.flush()


def load(where):
    path, name = where.rsplit(":", 1)
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location("coppice_reward", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def score(function, rollout):
    answer = function(rollout)
    if not isinstance(answer, dict):
        answer = {"reward": answer}
    reward = float(answer["reward"])
    components = {str(k): float(v) for k, v in (answer.get("components") or {}).items()}
    if not all(map(math.isfinite, [reward, *components.values()])):
        raise ValueError("a reward must be finite: %r" % (answer,))
    return {"reward": reward, "components": components}


try:
    reward_function = load(sys.argv[1])
except BaseException as problem:
    say({"ready": False, "error": "%s: %s" % (type(problem).__name__, problem)})
    sys.exit(1)
say({"ready": True})
for line in sys.stdin:
    try:
        say(score(reward_function, json.loads(line)))
    except Exception as problem:
        say({"error": "%s: %s" % (type(problem).__name__, problem)})
