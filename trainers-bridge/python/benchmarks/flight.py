"""Measures the way from the engine into Python: latency from the seal, and bytes per second.

    python trainers-bridge/python/benchmarks/flight.py

*Latency* is the time from the moment a segment's last file has its name, which is when its groups
become durable, to the moment its group is a numpy batch here; the engine makes groups at a pace.
*Throughput* reads the same durable groups over and over, one stream at a time: ``wire`` counts Arrow
bytes as they arrive, ``batches`` the same bytes cut into groups of numpy views. ``plain`` is the
bound: Arrow's own server, in C++, sending one batch of the same size from memory.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.flight as flight

import coppice_rl
from coppice_rl.connection import OPTIONS

PROJECT = Path(__file__).resolve().parents[3]


def pace(location, groups, per_second):
    """Asks for one group after the other."""
    with coppice_rl.Engine.connect(location) as engine:
        begun = time.monotonic()
        for group in range(groups):
            time.sleep(max(0.0, begun + group / per_second - time.monotonic()))
            engine.submit(count=1)


def latency(engine, folder, warm_up, groups):
    """Returns percentiles of the milliseconds from seal to batch."""
    arrived = {}
    for batch in engine.batches(groups=1, total=warm_up + groups, timeout_s=300):
        arrived[batch.ids[0]] = time.time_ns()
    late = set(list(arrived)[warm_up:])
    waits = []
    for segment in coppice_rl.segments(Path(folder) / "trajectories"):
        sealed = segment.files[-1].stat().st_ctime_ns
        for group in segment:
            if group.outcomes.group in late:
                waits.append((arrived[group.outcomes.group] - sealed) / 1e6)
    return {
        "groups": len(waits),
        "p50": round(float(np.percentile(waits, 50)), 2),
        "p99": round(float(np.percentile(waits, 99)), 2),
        "max": round(max(waits), 2),
    }


def seal_to_batch(options):
    """Measures the latency of groups an engine grows, beside whose computing it runs."""
    total = options.warm_up + options.groups
    overrides = {"bridge.batch": total, "bridge.staleness": 0, "model.threads": 1, "tree.trees": 1}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        with coppice_rl.Engine.start(
            options.config, out=folder, overrides=overrides, coppice=PROJECT
        ) as engine:
            asked = (engine.location, total, options.per_second)
            asking = threading.Thread(target=pace, args=asked)
            asking.start()
            found = latency(engine, engine.folder, options.warm_up, options.groups)
            asking.join()
            return found


def seal_to_batch_idle(options):
    """Measures the latency of groups that are there already, sealed at the same pace."""
    command = [str(PROJECT / "coppice"), "bridge-bench", "--serve", "--mib", "0"]
    command += ["--latencies", str(options.groups), "--warm-up", str(options.warm_up)]
    command += ["--per-second", str(round(options.per_second))]
    command += ["--folder", options.folder] if options.folder else []
    process, hello = serving(command)
    with coppice_rl.Engine.connect(hello["location"]) as engine:
        found = latency(engine, hello["folder"], options.warm_up, options.groups)
    process.communicate()
    return found


def wire(location, groups, seconds):
    """Reads streams without looking into them; returns GB/s of each."""
    client = flight.FlightClient(location, generic_options=OPTIONS)
    ticket = flight.Ticket(json.dumps({"form": "tree", "groups": groups}).encode())
    rates, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        total, begun = 0, time.perf_counter()
        for chunk in client.do_get(ticket):
            total += chunk.data.nbytes
        rates.append(total / (time.perf_counter() - begun) / 1e9)
    return rates


def batches(location, groups, seconds):
    """Reads streams into batches; returns GB/s of each."""
    rates, end = [], time.perf_counter() + seconds
    with coppice_rl.Engine.connect(location) as engine:
        while time.perf_counter() < end:
            total, begun = 0, time.perf_counter()
            for batch in engine.batches(groups=32, total=groups):
                total += sum(group.nbytes for group in batch)
                engine.release(batch)
            rates.append(total / (time.perf_counter() - begun) / 1e9)
    return rates


class Plain(flight.FlightServerBase):
    """Sends one batch over and over."""

    def __init__(self, message_bytes, messages):
        super().__init__("grpc://127.0.0.1:0")
        numbers = pa.array(np.arange(message_bytes // 4, dtype=np.int32))
        self.batch = pa.record_batch([numbers], ["numbers"])
        self.messages = messages

    def do_get(self, context, ticket):
        del context, ticket
        batches = [self.batch] * self.messages
        return flight.RecordBatchStream(
            pa.RecordBatchReader.from_batches(self.batch.schema, batches)
        )


def serve_plain(message_bytes, messages):
    """Serves until its input ends."""
    server = Plain(message_bytes, messages)
    print(json.dumps({"location": f"grpc://127.0.0.1:{server.port}"}), flush=True)
    sys.stdin.read()
    server.shutdown()


def serving(command):
    """Starts a server and returns its process and what it says first."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def rates(found):
    """Sums several streams up; the first ones warm up."""
    later = sorted(found[len(found) // 3 :])
    return {
        "streams": len(later),
        "median": round(later[len(later) // 2], 2),
        "best": round(later[-1], 2),
        "first": round(found[0], 2),
    }


def throughput(options):
    """Returns GB/s of one stream: ours, ours as batches, and Arrow's own from memory."""
    command = [str(PROJECT / "coppice"), "bridge-bench", "--serve", "--mib", str(options.mib)]
    command += ["--message-mib", str(options.message_mib)]
    command += ["--folder", options.folder] if options.folder else []
    process, hello = serving(command)
    result = {
        "wire_gb_per_s": rates(wire(hello["location"], hello["groups"], options.seconds)),
        "batches_gb_per_s": rates(batches(hello["location"], hello["groups"], options.seconds)),
    }
    process.communicate()
    plain = [sys.executable, __file__, "--plain", str(options.message_mib << 20)]
    plain += [str(options.mib // options.message_mib)]
    process, hello = serving(plain)
    result["plain_gb_per_s"] = rates(wire(hello["location"], 0, options.seconds))
    process.communicate()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--config", default=str(PROJECT / "examples" / "drawers.toml"))
    parser.add_argument("--groups", type=int, default=1000, help="groups whose latency counts")
    parser.add_argument("--warm-up", type=int, default=200, help="groups before the first counts")
    parser.add_argument("--per-second", type=float, default=20, help="pace of the groups")
    parser.add_argument("--seconds", type=float, default=10, help="of each throughput")
    parser.add_argument("--mib", type=int, default=512, help="size of a stream")
    parser.add_argument("--message-mib", type=int, default=4, help="size of a message")
    parser.add_argument(
        "--folder", help="where segments lie; a memory file system leaves the disk out"
    )
    parser.add_argument("--plain", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        serve_plain(*options.plain)
        return
    result = {}
    if options.groups:
        result["seal_to_batch_ms"] = {
            "per_second": options.per_second,
            "bridge alone": seal_to_batch_idle(options),
            "beside an engine": seal_to_batch(options),
        }
    if options.seconds:
        result |= throughput(options)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
