"""Compares `./coppice decode-bench` with llama.cpp's llama-batched-bench, in turns, in one run.

Both measure B branches on one shared prefix of P tokens that decode 64 new tokens each, on random
weights of the same shape. llama.cpp runs with `-pps -kvu` at its better flash-attention setting,
chosen per cell. Ours stays one process that waits while llama.cpp runs. Medians of the repeats are
written as peer.md and peer.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

NEW = 64
# shape, dtype, prefix, batches; and per batch the goal of the ratio, with one for prefill.
GROUPS = [
    ("m110", "bf16", 512, {1: 1.0, 8: 1.9, 32: 2.3}, 1.1),
    ("m110", "bf16", 2048, {1: 1.0, 8: 2.0, 32: 2.5}, None),
    ("m110", "f32", 512, {1: None, 8: None, 32: 2.2}, 1.1),
    ("m110", "f32", 2048, {32: 2.6}, None),
    ("s135", "bf16", 512, {32: 2.3}, 1.0),
]


def fail(text: str) -> None:
    """Ends with the status of a wrong call."""
    print(f"peer: {text}", file=sys.stderr)
    raise SystemExit(2)


def say(text: str) -> None:
    """Tells of progress."""
    print(f"peer: {text}", file=sys.stderr, flush=True)


def foreign_share(before: list[int], after: list[int], own: float, seconds: float) -> float:
    """Returns the share of all cores that others used."""
    busy = sum(after[i] - before[i] for i in (0, 1, 2, 5, 6, 7)) / os.sysconf("SC_CLK_TCK")
    return max(0.0, busy - own) / (seconds * (os.cpu_count() or 1))


def processor_ticks() -> list[int]:
    """Reads the counters of all cores together."""
    with open("/proc/stat", encoding="ascii") as stat:
        return [int(x) for x in stat.readline().split()[1:9]]


class Ours:
    """One waiting process of decode-bench."""

    def __init__(self, home: Path, group: tuple, threads: int) -> None:
        shape, dtype, prefix, batches, _ = group
        command = [str(home / "coppice"), "decode-bench", "--shape", shape]
        command += ["--shared", str(prefix), "--new", str(NEW), "--dtype", dtype]
        command += ["--batch", ",".join(map(str, batches)), "--threads", str(threads)]
        self.process = subprocess.Popen(
            [*command, "--paced"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
        )
        self.step()  # The first one warms up.

    def step(self) -> dict[int, dict]:
        """Measures all batches once."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            fail("decode-bench ended; see above")
        return {cell["batch"]: cell for cell in json.loads(line)}

    def close(self) -> None:
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """llama-batched-bench on one model file."""

    def __init__(self, folder: Path, group: tuple, threads: int) -> None:
        shape, dtype, self.prefix, self.batches, _ = group
        self.folder = folder
        self.threads = threads
        self.model = folder / f"{shape}-{dtype}.gguf"
        if not self.model.exists():
            say(f"writing {self.model}")
            script = Path(__file__).with_name("random_gguf.py")
            python = folder / "venv" / "bin" / "python"
            part = self.model.with_suffix(".part")
            subprocess.run([python, script, part, shape, dtype], check=True)
            part.rename(self.model)

    def run(self, flash: str, batches: list[int]) -> dict[int, dict]:
        """Measures some batches once."""
        if not batches:
            return {}
        context = self.prefix + max(batches) * NEW + 64
        command = [str(self.folder / "build" / "bin" / "llama-batched-bench")]
        command += ["-m", str(self.model), "-c", str(context), "-b", "2048", "-ub", "512"]
        command += ["-npp", str(self.prefix), "-ntg", str(NEW), "-pps", "-kvu", "-fa", flash]
        command += ["-npl", ",".join(map(str, batches)), "--output-format", "jsonl"]
        command += ["-t", str(self.threads), "-tb", str(self.threads)]
        # Its own default: threads that wait actively, which is faster where nothing else computes.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("OMP_")}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment
        )
        rows = [json.loads(x) for x in done.stdout.splitlines() if x.startswith("{")]
        if len(rows) != len(batches):
            fail(f"llama-batched-bench failed:\n{done.stderr[-2000:]}")
        return {row["pl"]: row for row in rows}


def measure(home: Path, folder: Path, group: tuple, threads: int, options) -> list[dict]:
    """Measures one group of cells in turns, as often as asked for and the time allows."""
    shape, dtype, prefix, batches, prefill_goal = group
    begin, turn = time.time(), 0.0
    peer = Peer(folder, group, threads)
    ours = Ours(home, group, threads)
    own_rows: list[dict] = []
    peer_rows: dict[str, list[dict]] = {"on": [], "off": []}
    better: dict[int, str] = {}
    try:
        for repeat in range(options.repeats):
            if options.seconds and repeat and time.time() - begin + turn > options.seconds:
                break
            turn = time.time()
            own_rows.append(ours.step())
            if repeat == 0:
                asked = ("on", "off") if options.flash == "better" else (options.flash,)
                both = {flash: peer.run(flash, list(batches)) for flash in asked}
                for batch in batches:
                    speed = {flash: both[flash][batch]["speed_tg"] for flash in both}
                    better[batch] = max(speed, key=speed.get)
            for flash in ("on", "off"):
                chosen = [b for b in batches if better[b] == flash]
                now = peer.run(flash, chosen) if repeat else {b: both[flash][b] for b in chosen}
                peer_rows[flash].append(now)
            turn = time.time() - turn
            say(f"{shape} {dtype} P={prefix} threads={threads}: {repeat + 1} of {options.repeats}")
    finally:
        ours.close()
    cells = []
    for batch in batches:
        rows = [row[batch] for row in peer_rows[better[batch]]]
        cell = {"shape": shape, "dtype": dtype, "shared": prefix, "batch": batch}
        cell |= {"threads": threads, "new": NEW, "flash_attention": better[batch]}
        cell["decode_tps"] = statistics.median(row[batch]["decode_tps"] for row in own_rows)
        cell["peer_decode_tps"] = statistics.median(row["speed_tg"] for row in rows)
        cell["ratio"] = cell["decode_tps"] / cell["peer_decode_tps"]
        turns = [o[batch]["decode_tps"] / row["speed_tg"] for o, row in zip(own_rows, rows)]
        cell["ratio_low"], cell["ratio_high"] = min(turns), max(turns)
        cell["goal"] = batches[batch]
        cell["prefill_tps"] = statistics.median(row[batch]["prefill_tps"] for row in own_rows)
        # For prefill the other setting may be the better one.
        peers = [statistics.median(row["speed_pp"] for row in rows)]
        peers += [both[flash][batch]["speed_pp"] for flash in both if flash != better[batch]]
        cell["repeats"] = len(rows)
        cell["peer_prefill_tps"] = max(peers)
        cell["prefill_ratio"] = cell["prefill_tps"] / cell["peer_prefill_tps"]
        cell["prefill_goal"] = prefill_goal
        cells.append(cell)
    return cells


def tree_cells(home: Path, threads: int, repeats: int) -> list[dict]:
    """Measures what is compared with ourselves alone."""
    wanted = [
        ("job, shared over unshared", "64", 3.5, ["--job"], repeats),
        ("three levels over one", "32", 0.9, ["--layout", "levels"], repeats),
        ("ragged over equal", "32", 0.95, ["--layout", "ragged"], repeats),
        ("beside a busy thread over idle", "32", 0.35, ["--contend"], repeats),
    ]
    cells = []
    for name, batch, goal, options, count in wanted:
        command = [str(home / "coppice"), "decode-bench", "--shape", "m110", "--shared", "512"]
        command += ["--new", str(NEW), "--batch", batch, "--threads", str(threads), "--json"]
        command += ["--repeats", str(count), *options]
        environment = dict(os.environ, COPPICE_JAVA_OPTIONS="-Xmx8g")
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, env=environment
        )
        row = json.loads(done.stdout)[0]
        ratio = {
            "--job": lambda r: r["unshared_job_seconds"] / r["job_seconds"],
            "--contend": lambda r: r["contended_decode_tps"] / r["decode_tps"],
            "--layout": lambda r: r["decode_tps"] / r["plain_decode_tps"],
        }[options[0]](row)
        cells.append({"name": name, "threads": threads, "ratio": ratio, "goal": goal, **row})
        say(f"{name}, threads={threads}: {ratio:.2f}")
    return cells


def table(result: dict) -> str:
    """Writes Markdown."""
    lines = [
        f"llama.cpp: llama-batched-bench -pps -kvu, better of flash attention on and off; {NEW} new"
        f" tokens per branch; medians of {result['repeats']}, in turns; others used"
        f" {result['foreign_share'] * 100:.0f} % of the processor meanwhile.",
        "",
        "| shape | dtype | P | B | threads | ours t/s | llama.cpp t/s (FA) | ratio (low to high)"
        " | goal | prefill ours / llama.cpp | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for c in result["cells"]:
        lines.append(
            f"| {c['shape']} | {c['dtype']} | {c['shared']} | {c['batch']} | {c['threads']} |"
            f" {c['decode_tps']:.0f} | {c['peer_decode_tps']:.0f} ({c['flash_attention']}) |"
            f" {c['ratio']:.2f} ({c['ratio_low']:.2f} to {c['ratio_high']:.2f}) |"
            f" {c['goal'] or '-'} | {c['prefill_tps']:.0f} / {c['peer_prefill_tps']:.0f} |"
            f" {c['prefill_ratio']:.2f} |"
        )
    lines += ["", "| ours over ours (m110, bf16, P=512) | threads | ratio | goal |"]
    lines.append("|---|---|---|---|")
    for c in result["trees"]:
        lines.append(f"| {c['name']} | {c['threads']} | {c['ratio']:.2f} | {c['goal']} |")
    return "\n".join(lines) + "\n"


def groups(batches: str) -> list[tuple]:
    """Returns the groups of cells, with the given batches alone where any are given."""
    chosen = {int(x) for x in batches.split(",") if x}
    kept = []
    for shape, dtype, prefix, goals, prefill_goal in GROUPS:
        some = {b: goal for b, goal in goals.items() if not chosen or b in chosen}
        if some:
            kept.append((shape, dtype, prefix, some, prefill_goal))
    return kept


def main() -> None:
    """Measures everything asked for."""
    home = Path(os.environ.get("COPPICE_HOME", Path(__file__).resolve().parents[2]))
    parser = argparse.ArgumentParser(prog="./coppice bench peer", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one repeat at the most threads")
    parser.add_argument("--repeats", type=int, default=5, help="of every cell (default: 5)")
    parser.add_argument("--threads", default="1,2", help="a run each (default: 1,2)")
    parser.add_argument("--only", default="", help="part of 'SHAPE DTYPE P', such as 'bf16 512'")
    parser.add_argument("--batch", default="", help="only these numbers of branches, such as 8,32")
    parser.add_argument(
        "--flash",
        choices=("better", "on", "off"),
        default="better",
        help="llama.cpp's setting; better tries both once per cell (default)",
    )
    parser.add_argument(
        "--seconds", type=float, default=0, help="no further repeat of a group after this time"
    )
    parser.add_argument("--no-trees", action="store_true", help="leave out ours over ours")
    parser.add_argument("--peer", type=Path, help="folder of install.sh (.coppice/peer)")
    parser.add_argument("--out", type=Path, default=Path("."), help="where peer.md and .json go")
    options = parser.parse_args()
    folder = options.peer or home / ".coppice" / "peer"
    if not (folder / "build" / "bin" / "llama-batched-bench").exists():
        fail(
            f"llama.cpp is not installed in {folder}; run  bench/peer/install.sh {folder}"
            "  (it needs cmake, a C++ compiler and the registry of Python packages)"
        )
    options.repeats = 1 if options.quick else options.repeats
    counts = [int(x) for x in options.threads.split(",")]
    counts = counts[-1:] if options.quick else counts
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    begin, ticks, own = time.time(), processor_ticks(), os.times()
    result = {"repeats": options.repeats, "cells": [], "trees": []}
    for threads in counts:
        for group in groups(options.batch):
            if options.only in f"{group[0]} {group[1]} {group[2]}":
                result["cells"] += measure(home, folder, group, threads, options)
        if not options.no_trees:
            result["trees"] += tree_cells(home, threads, options.repeats)
    spent = os.times()
    used = spent.children_user + spent.children_system - own.children_user - own.children_system
    seconds = time.time() - begin
    result["seconds"] = seconds
    result["foreign_share"] = foreign_share(ticks, processor_ticks(), used, seconds)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "peer.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    (options.out / "peer.md").write_text(table(result), encoding="utf-8")
    print(table(result))


if __name__ == "__main__":
    main()
