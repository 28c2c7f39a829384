"""Measures the way from the engine into Python: latency from the seal, and bytes per second.

    python trainers-bridge/python/benchmarks/flight.py

*Latency* is the time from the rename of a segment's last file, which is when its groups become
durable, to the moment its group is a numpy batch here. *Throughput* reads the same durable groups
over and over on one stream at a time: ``wire`` counts Arrow bytes as they arrive, ``batches`` the
same bytes cut into groups of numpy views.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.flight as flight

import coppice

PROJECT = Path(__file__).resolve().parents[3]


def latency(engine, groups):
    """Returns milliseconds from seal to batch, one per group."""
    arrived = {}
    engine.submit(count=groups)
    for batch in engine.batches(groups=1, total=groups, timeout_s=300):
        arrived[batch.ids[0]] = time.time_ns()
    waits = []
    for segment in coppice.segments(engine.folder / "trajectories"):
        sealed = segment.files[-1].stat().st_ctime_ns
        for group in segment:
            if group.outcomes.group in arrived:
                waits.append((arrived[group.outcomes.group] - sealed) / 1e6)
    engine.ack(arrived)
    return np.array(waits)


def wire(location, groups, seconds):
    """Reads streams without looking into them; returns GB/s."""
    client = flight.FlightClient(location)
    ticket = flight.Ticket(json.dumps({"form": "tree", "groups": groups}).encode())
    total, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for chunk in client.do_get(ticket):
            total += chunk.data.nbytes + chunk.app_metadata.size
    return total / (time.perf_counter() - begun) / 1e9


def batches(engine, groups, seconds):
    """Reads streams into batches; returns GB/s and groups per second."""
    total = count = 0
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for batch in engine.batches(groups=groups, total=groups):
            total += sum(group.nbytes for group in batch)
            count += len(batch)
            engine.release(batch)
    spent = time.perf_counter() - begun
    return total / spent / 1e9, count / spent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--config", default=str(PROJECT / "examples" / "drawers.toml"))
    parser.add_argument("--groups", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--folder", help="where the run goes; a memory file system leaves the disk out")
    options = parser.parse_args()
    overrides = {"bridge.batch": options.groups, "bridge.groups-per-segment": 32,
                 "bridge.staleness": 0, "model.threads": 1, "tree.trees": 1}
    result = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        with coppice.Engine.start(options.config, out=folder, overrides=overrides) as engine:
            waits = latency(engine, options.groups)
            result["seal_to_batch_ms"] = {
                "groups": len(waits),
                "p50": round(float(np.percentile(waits, 50)), 2),
                "p99": round(float(np.percentile(waits, 99)), 2),
                "max": round(float(waits.max()), 2),
            }
            engine.submit(count=options.groups)
            (batch,) = engine.batches(groups=options.groups, total=options.groups, timeout_s=300)
            engine.release(batch)
            result["bytes_per_group"] = sum(group.nbytes for group in batch) // len(batch)
            result["wire_gb_per_s"] = round(wire(engine.location, options.groups, options.seconds), 3)
            rate, groups = batches(engine, options.groups, options.seconds)
            result["batches_gb_per_s"] = round(rate, 3)
            result["groups_per_s"] = round(groups)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
