"""The ledger of a fleet, from its record alone: by engine and machine, and added up."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coppice_rl.ray.sink import Account, Sink

_COLUMNS = (
    "group",
    "task",
    "fate",
    "engine",
    "machine",
    "life",
    "reason",
    "tokens",
    "paths",
    "draws",
    "scored",
    "reward",
)


def ledger(sink: Sink) -> dict[str, Any]:
    """Adds up a record.

    ``computed`` are the tokens engines computed, those of lost lives included up to the last time
    they were heard of: with ``lower_bound`` true there were such lives, and some are missing.
    """
    accounts = sink.accounts()
    lives = sink.lives()
    by_engine: list[dict[str, Any]] = []
    for origin, account in accounts.items():
        own = [life for life in lives if _engine(life[0]) == origin.engine and life[1] == origin.machine]
        by_engine.append(
            {
                "engine": origin.engine,
                "machine": origin.machine,
                "lives": len(own),
                **_sums(account),
                "computed": sum(_computed(life[4]) for life in own),
            }
        )
    total = sum(accounts.values(), Account(0, 0, 0, 0, 0, 0.0))
    machines: dict[str, Account] = {}
    for origin, account in accounts.items():
        before = machines.get(origin.machine, Account(0, 0, 0, 0, 0, 0.0))
        machines[origin.machine] = before + account
    return {
        "counts": sink.counts(),
        "engines": by_engine,
        "machines": [{"machine": name, **_sums(sums)} for name, sums in sorted(machines.items())],
        "total": {
            **_sums(total),
            "lives": len(lives),
            "computed": sum(_computed(life[4]) for life in lives),
            "lower_bound": len(lives) > len(accounts),
        },
    }


def _engine(owner: str) -> str:
    return owner.rsplit(".", 1)[0]


def _computed(counters: Mapping[str, int]) -> int:
    return int(counters.get("prefilled_tokens", 0)) + int(counters.get("decoded_tokens", 0))


def _sums(account: Account) -> dict[str, Any]:
    return {
        "groups": account.groups,
        "tokens": account.tokens,
        "paths": account.paths,
        "draws": account.draws,
        "mean_reward": account.mean_reward if account.scored else None,
    }


def table(told: Mapping[str, Any]) -> str:
    """Writes a ledger for people."""
    rows = [("engine", "machine", "lives", "groups", "tokens", "draws", "reward", "computed")]
    for row in [*told["engines"], {"engine": "all", "machine": "", **told["total"]}]:
        reward = "-" if row["mean_reward"] is None else f"{row['mean_reward']:.3f}"
        numbers = (str(row[key]) for key in ("lives", "groups", "tokens", "draws"))
        rows.append((row["engine"], row["machine"], *numbers, reward, str(row["computed"])))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows]
    counts = ", ".join(f"{count} {name}" for name, count in told["counts"].items())
    bound = (
        "\nEngines that were killed told no more: computed tokens are a lower bound."
        if told["total"]["lower_bound"]
        else ""
    )
    return "\n".join(line.rstrip() for line in lines) + f"\ngroups: {counts}{bound}"


def write_csv(sink: Sink, file: Path) -> int:
    """Writes a row per group that has ended, with its engine and machine; returns their number."""
    fates = {1: "acknowledged", 2: "dropped"}
    count = 0
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        for row in sink.groups():
            writer.writerow([*row[:2], fates[int(str(row[2]))], *row[3:]])
            count += 1
    return count
