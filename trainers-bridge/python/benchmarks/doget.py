"""Compares the bridge's own DoGet with Flight's, taken by pyarrow in turns.

    python trainers-bridge/python/benchmarks/doget.py

Both serve the same segments. The first rounds warm up and do not count.
"""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

import pyarrow.flight as flight

COPPICE = str(Path(__file__).resolve().parents[3] / "coppice")
OPTIONS = [("grpc.http2.max_frame_size", 4194304)]
WARM_UP = 2


def serving(mib, flags):
    """Starts a server and returns its process and what it says first."""
    command = [COPPICE, "bridge-bench", "--serve", "--mib", str(mib), *flags]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def taken(hello):
    """Takes all groups once and returns GB/s."""
    ticket = {"form": "tree", "groups": hello["groups"], "redeliver": True}
    client = flight.FlightClient(hello["location"], generic_options=OPTIONS)
    total, begun = 0, time.perf_counter()
    for chunk in client.do_get(flight.Ticket(json.dumps(ticket).encode())):
        total += chunk.data.nbytes
    seconds = time.perf_counter() - begun
    client.close()
    return total / seconds / 1e9


def main():
    """Prints the median and the range of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=192, help="size of the stream")
    parser.add_argument("--rounds", type=int, default=11, help="rounds that count")
    options = parser.parse_args()
    servers = {"our own": serving(options.mib, []), "Flight's": serving(options.mib, ["--flights"])}
    found = {name: [] for name in servers}
    for turn in range(WARM_UP + options.rounds):
        names = list(servers) if turn % 2 == 0 else list(reversed(servers))
        for name in names:
            rate = taken(servers[name][1])
            if turn >= WARM_UP:
                found[name].append(rate)
    for name, rates in found.items():
        median = statistics.median(rates)
        print(f"{name}: median {median:.3f} GB/s, {min(rates):.3f} to {max(rates):.3f}")
    for process, _ in servers.values():
        process.communicate()


if __name__ == "__main__":
    main()
