#!/usr/bin/env python3
"""Compares the log-probabilities of a run's traces with those transformers computes, in F32.

    python logprobs.py TRACES.jsonl MODEL_DIR [--tokens 1000] [--temperature 1]

Reads tree after tree until so many sampled tokens are compared; prints one line of JSON.
"""
import argparse
import json

import torch
from transformers import AutoModelForCausalLM


def leaf_paths(tree):
    nodes = {node["id"]: node for node in tree["nodes"]}
    parents = {node["parent"] for node in tree["nodes"]}
    for node in tree["nodes"]:
        if node["id"] not in parents:
            path = []
            at = node
            while at is not None:
                path.append(at)
                at = nodes.get(at["parent"])
            yield list(reversed(path))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("traces")
    parser.add_argument("model")
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--temperature", type=float, default=1.0)
    options = parser.parse_args()
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
    gaps = []
    for line in open(options.traces, encoding="utf-8"):
        tree = json.loads(line)
        seen = set()
        for path in leaf_paths(tree):
            if len(gaps) >= options.tokens:
                break
            tokens = [token for node in path for token in node["tokens"]]
            with torch.no_grad():
                logits = model(torch.tensor([tokens])).logits[0].double() / options.temperature
            logprobs = torch.log_softmax(logits, dim=-1)
            place = 0
            for node in path:
                for i, token in enumerate(node["tokens"]):
                    if node.get("logprobs") and node["id"] not in seen:
                        gaps.append(float(logprobs[place + i - 1, token]) - node["logprobs"][i])
                place += len(node["tokens"])
                seen.add(node["id"])
    worst = max(abs(gap) for gap in gaps)
    print(json.dumps({
        "tokens": len(gaps),
        "worst": worst,
        "mean_absolute": sum(abs(gap) for gap in gaps) / len(gaps),
        "mean_exp_gap": sum(torch.exp(torch.tensor(gap)).item() for gap in gaps) / len(gaps),
    }))


if __name__ == "__main__":
    main()
