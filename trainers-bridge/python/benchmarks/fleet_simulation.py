"""What the issuer and the record carry: many scripted engines in one process, without Ray or Flight.

    python benchmarks/fleet_simulation.py --engines 1000 --groups 100000

Each engine asks for leases, gives its groups back after a while, and now and then dies; the trainer
acknowledges batches. Only the issuer and the record are real, each used as the fleet uses it.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from pathlib import Path

from coppice_rl.ray.issuer import Issuer
from coppice_rl.ray.sink import Delivered, Origin, Sink


def simulate(engines: int, groups: int, batch: int, death: float, seed: int, folder: Path) -> dict[str, object]:
    """Plays until all groups are acknowledged; returns counts and times."""
    chance = random.Random(seed)
    sink = Sink(folder)
    issuer = Issuer(3 * batch)
    tasks = 10_000
    began = time.perf_counter()
    submit_s = -time.perf_counter()
    numbers, _ = sink.submit("all", None, groups, tasks)
    issuer.add(sink.tasks(numbers))
    submit_s += time.perf_counter()
    lives = [1] * engines
    holds: list[list[int]] = [[] for _ in range(engines)]
    hand: list[tuple[int, Delivered]] = []
    messages = leases = deaths = acked = twice = 0
    issuer_s = sink_s = 0.0
    seen: set[int] = set()
    while acked < groups:
        for engine in chance.sample(range(engines), engines):
            owner = f"engine-{engine}.{lives[engine]}"
            at = time.perf_counter()
            share = max(1, -(-issuer.limit // engines))
            given = issuer.lease(owner, share - len(issuer.leased(owner)))
            issuer_s += time.perf_counter() - at
            leases += len(given)
            messages += len(given) + 1
            holds[engine] += [first + place for first, run in given for place in range(len(run))]
            if holds[engine] and chance.random() < death:
                deaths += 1
                lives[engine] += 1
                holds[engine].clear()
                at = time.perf_counter()
                issuer.revoke(owner)
                issuer_s += time.perf_counter() - at
                continue
            done = [number for number in holds[engine] if chance.random() < 0.5]
            for number in done:
                holds[engine].remove(number)
                at = time.perf_counter()
                fits = issuer.arrived(owner, number)
                issuer_s += time.perf_counter() - at
                messages += 1
                if fits:
                    origin = Origin(f"engine-{engine}", f"machine-{engine // 8}")
                    hand.append((number, Delivered(origin, owner, 800, 8, 8, 8, 4.0)))
            if len(hand) >= batch or (hand and acked + len(hand) == groups):
                some, hand = hand[:batch], hand[batch:]
                at = time.perf_counter()
                ended, _, _ = sink.acknowledge(some)
                sink_s += time.perf_counter() - at
                issuer.ended(ended)
                messages += 1
                twice += sum(number in seen for number in ended)
                seen.update(ended)
                acked += len(ended)
    total_s = time.perf_counter() - began
    size = sum(file.stat().st_size for file in folder.iterdir())
    sink.close()
    return {
        "engines": engines,
        "groups": groups,
        "seed": seed,
        "deaths": deaths,
        "lost": groups - len(seen),
        "twice": twice,
        "seconds": round(total_s, 2),
        "groups_per_s": round(groups / total_s),
        "submit_s": round(submit_s, 2),
        "issuer_us_per_group": round(1e6 * issuer_s / groups, 1),
        "sink_us_per_group": round(1e6 * sink_s / groups, 1),
        "calls_per_group": round(messages / groups, 2),
        "record_bytes_per_group": round(size / groups),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engines", type=int, default=1000)
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=2048, help="groups of one update")
    parser.add_argument("--death", type=float, default=0.0005, help="chance of a death per turn")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = simulate(
            options.engines, options.groups, options.batch, options.death, options.seed, Path(folder)
        )
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
