"""``./coppice fleet``: a fleet for those who prefer a shell."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_WAIT_S = 0.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command: 0 done, 1 the work failed, 2 the call is wrong."""
    options = _parser().parse_args(arguments)
    try:
        import coppice_rl.ray  # noqa: F401
    except ImportError as fault:
        print(f"coppice: {fault}", file=sys.stderr)
        return 2
    from coppice_rl.errors import EngineError, FormatError

    try:
        return int(options.run(options))
    except (ValueError, IndexError, ConnectionError) as fault:
        if isinstance(fault, FormatError):
            print(f"coppice: {fault}", file=sys.stderr)
            return 1
        print(f"coppice: {fault}", file=sys.stderr)
        return 2
    except (EngineError, OSError) as fault:
        print(f"coppice: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./coppice fleet",
        description="Engines on Ray, used as one. Trainers take part with "
        'coppice_rl.ray.attach(NAME).shard(rank, world); docs/FLEET.md tells more.',
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    start = commands.add_parser("start", help="starts a fleet and keeps it until it is stopped")
    start.add_argument("config", nargs="+", help="the configuration, as FILE or @ FILE")
    start.add_argument("--engines", type=int, default=1, help="how many (1)")
    start.add_argument("--resources", default="CPU=1", help="of each, as CPU=4,GPU=1 (CPU=1)")
    start.add_argument("--sink", help="folder of the record (runs/fleet-NAME); a used one goes on")
    start.add_argument("--batch", type=int, default=32, help="groups per update (32)")
    start.add_argument("--staleness", type=int, default=2, help="versions a group may lie behind (2)")
    start.add_argument("--base", help="model folder whose configuration new weights take over")
    start.add_argument("--server", help="a model server per engine: command with {port} and {gpus}")
    start.add_argument("--server-health", default="/health", help="path that answers 200 (/health)")
    start.add_argument("--submit", type=int, default=0, help="groups to ask for at once (0)")
    start.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a key of the configuration"
    )
    _common(start)
    start.set_defaults(run=_start)
    for name, text, run in (
        ("status", "says how a fleet stands", _status),
        ("join", "adds an engine", _join),
        ("stop", "ends a fleet; its record stays", _stop),
    ):
        command = commands.add_parser(name, help=text)
        _common(command)
        command.add_argument("--json", action="store_true", help="for programs")
        command.set_defaults(run=run)
    for name, text, run in (
        ("drain", "lets an engine finish what it has, then leave", _drain),
        ("restart", "lets an engine finish, then starts it with today's code", _restart),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("place", type=int, help="the engine's number, as status tells it")
        command.add_argument("--timeout", type=float, default=600.0, help="seconds (600)")
        _common(command)
        command.set_defaults(run=run)
    report = commands.add_parser("report", help="adds up a record by engine and machine")
    report.add_argument("sink", help="the record's folder")
    report.add_argument("--json", action="store_true", help="for programs")
    report.add_argument("--csv", help="also writes a row per group to this file")
    report.set_defaults(run=_report)
    return parser


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", default="coppice", help="the fleet's name (coppice)")
    command.add_argument(
        "--address", default="auto", help="Ray's cluster; auto (default) or local, for one here alone"
    )


def _begin(options: Any) -> None:
    import ray

    more = {"include_dashboard": False} if options.address == "local" else {}
    ray.init(address=options.address, log_to_driver=False, **more)


def _start(options: Any) -> int:
    words = [word for word in options.config if word != "@"]
    if len(words) != 1:
        raise ValueError(f"one configuration is needed, not {len(words)}: {' '.join(words)}")
    if not Path(words[0]).is_file():
        raise ValueError(f"{words[0]} is no file")
    overrides = _pairs("--set", options.set)
    resources = {
        key: _number(key, value)
        for key, value in _pairs("--resources", options.resources.split(",")).items()
    }
    _begin(options)
    import coppice_rl.ray as fleet

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with fleet.start(
        words[0],
        engines=options.engines,
        resources=resources,
        sink=options.sink or Path("runs") / f"fleet-{options.name}",
        overrides=overrides,
        batch=options.batch,
        staleness=options.staleness,
        base=options.base,
        server=options.server,
        server_health=options.server_health,
    ) as f:
        f.desk(options.name)
        if options.submit and not f.status().counts.queued:
            f.submit(count=options.submit)
        hello = {"fleet": options.name, "sink": str(f.folder.resolve()), "engines": options.engines}
        print(json.dumps(hello), flush=True)
        while not stop.wait(_WAIT_S) and not f.asked_to_stop():
            pass
    return 0


def _pairs(option: str, words: Sequence[str]) -> dict[str, str]:
    words = [word for word in words if word]
    pairs = [word.split("=", 1) for word in words]
    if any(len(pair) != 2 or not pair[0] for pair in pairs) or len({p[0] for p in pairs}) < len(pairs):
        raise ValueError(f"{option} takes KEY=VALUE, each key once, not {' '.join(words)}")
    return {key: value for key, value in pairs}


def _number(key: str, text: str) -> float:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        raise ValueError(f"--resources: {key} must be a number, not {text}") from None


def _attached(options: Any) -> Any:
    _begin(options)
    from coppice_rl.ray import attach

    return attach(options.name)


def _status(options: Any) -> int:
    status = _attached(options).status()
    counts = status.counts
    if options.json:
        told = {
            "policy_version": status.policy_version,
            "paused": status.paused,
            "engines": list(status.engines),
            "counts": status.raw["sink"],
            "queued": counts.queued,
            "in_flight": counts.in_flight,
            "sealed": counts.sealed,
            "offered": counts.offered,
            "refused": status.refused,
            "regrown": status.regrown,
            "events": list(status.events),
        }
        print(json.dumps(told, indent=2))
        return 0
    for place, engine in enumerate(status.engines):
        state = "ready" if engine["ready"] else "away"
        state = "draining" if engine["draining"] else state
        print(
            f"{place}  {engine['engine']}  {engine['machine'] or '-'}  {state}  "
            f"version {engine['version']}  lives {engine['lives']}  leased {engine['leased']}"
        )
    print(
        f"version {status.policy_version}; groups: {counts.queued} queued, {counts.in_flight} in "
        f"flight, {counts.sealed} sealed, {counts.offered} with the trainer, "
        f"{counts.acknowledged} acknowledged, {sum(counts.dropped.values())} dropped; "
        f"{status.refused} refused, {status.regrown} grown again"
    )
    for event in status.events[-5:]:
        at, _, text = event.partition(" ")
        print(time.strftime("%H:%M:%S", time.localtime(float(at))), text)
    return 0


def _join(options: Any) -> int:
    place = _attached(options).join()
    print(json.dumps({"place": place}) if options.json else f"engine {place} comes")
    return 0


def _stop(options: Any) -> int:
    _attached(options).stop()
    print(json.dumps({"stopped": True}) if options.json else "the fleet ends")
    return 0


def _drain(options: Any) -> int:
    _attached(options).drain(options.place, options.timeout)
    print(f"engine {options.place} has left")
    return 0


def _restart(options: Any) -> int:
    _attached(options).restart(options.place, options.timeout)
    print(f"engine {options.place} is back")
    return 0


def _report(options: Any) -> int:
    from coppice_rl.ray.report import ledger, table, write_csv
    from coppice_rl.ray.sink import Sink

    if not (Path(options.sink) / "fleet.sqlite").is_file():
        raise ValueError(f"{options.sink} has no fleet.sqlite: it is no record of a fleet")
    sink = Sink(options.sink, reading=True)
    try:
        told = ledger(sink)
        print(json.dumps(told, indent=2) if options.json else table(told))
        if options.csv:
            count = write_csv(sink, Path(options.csv))
            print(f"{count} groups written to {options.csv}", file=sys.stderr)
    finally:
        sink.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
