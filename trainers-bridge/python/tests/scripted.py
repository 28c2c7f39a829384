"""An engine that follows a script: the protocol of docs/BRIDGE.md over the committed segment.

It is a real Flight server with the life of a group, backpressure and redelivery, and it can be told
to fail. Run as a program it takes the place of ``./coppice`` in the tests of processes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight

DATA = Path(__file__).parent / "data"
HEADER_KEYS = ("run", "model", "logprob_mode", "shared_token_rule")


class _TokenFactory(flight.ServerMiddlewareFactory):
    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token

    def start_call(self, info: Any, headers: dict[str, list[str]]) -> None:
        given = headers.get("authorization", [""])[0]
        if given != f"Bearer {self.token}":
            raise flight.FlightUnauthenticatedError("the token is missing or wrong; set it")


class ScriptedEngine(flight.FlightServerBase):
    """Serves the groups of the committed segment under ever new ids."""

    def __init__(
        self,
        location: str = "grpc://127.0.0.1:0",
        *,
        batch: int = 32,
        staleness: int = 2,
        per_message: int = 3,
        token: str | None = None,
        tls: list[tuple[bytes, bytes]] | None = None,
        folder: Path | None = None,
        model: str = "models/tiny-policy",
        data: Path = DATA,
    ) -> None:
        middleware = {"token": _TokenFactory(token)} if token else {}
        super().__init__(location, middleware=middleware, tls_certificates=tls)
        self.batch, self.staleness, self.per_message = batch, staleness, per_message
        self.folder, self.model = folder, model
        self.version, self.paused = 0, False
        self.unavailable = 0  # calls to refuse as unavailable
        self.break_after: int | None = None  # messages after which the next stream breaks
        self.silent = False  # streams give nothing
        self.streams = 0
        self.wants = 0
        self.dropped: dict[str, int] = {}
        self.tickets: list[dict[str, Any]] = []
        self.published: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._requests: dict[str, list[int]] = {}
        self._state: dict[int, str] = {}
        files = {"nodes": "seg-000001", "leaves": "seg-000001", "flat": "seg-000002"}
        self._tables = {
            part: self._read(data / f"{name}.{part}.arrow")
            for part, name in files.items()
            if (data / f"{name}.{part}.arrow").exists()
        }

    @staticmethod
    def _read(path: Path) -> list[pa.RecordBatch]:
        reader = pa.ipc.open_file(pa.memory_map(str(path)))
        return [reader.get_batch(i) for i in range(reader.num_record_batches)]

    def where(self) -> str:
        return f"grpc://127.0.0.1:{self.port}"

    def do_action(self, context: Any, action: flight.Action) -> Iterator[bytes]:
        if self.unavailable > 0:
            self.unavailable -= 1
            raise flight.FlightUnavailableError("the engine is starting; try again")
        body = json.loads(action.body.to_pybytes() or b"{}")
        handler = getattr(self, f"_{action.type}", None)
        if handler is None:
            raise pa.ArrowNotImplementedError(f"action {action.type} is not known")
        with self._changed:
            answer = handler(body)
            self._changed.notify_all()
        return iter([json.dumps(answer).encode()])

    def _count(self, *states: str) -> int:
        return sum(state in states for state in self._state.values())

    def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "format": "coppice.bridge/1",
            "run": "run-7",
            "model": self.model,
            "policy_version": self.version,
            "paused": self.paused,
            "staleness": self.staleness,
            "batch": self.batch,
            "may_issue": self._may_issue(),
            "header": {},
            "counts": {
                "submitted": len(self._state),
                "queued": self._count("queued"),
                "issued": len(self._state) - self._count("queued"),
                "in_flight": 0,
                "sealed": self._count("sealed"),
                "offered": self._count("offered"),
                "acknowledged": self._count("acknowledged"),
                "dropped": self.dropped,
                "quarantined": {},
            },
            "engine": {},
        }

    def _may_issue(self) -> int:
        if self.paused:
            return 0
        outstanding = self._count("sealed", "offered")
        return max(0, (self.staleness + 1) * self.batch - outstanding)

    def _issue(self) -> None:
        for group, state in self._state.items():
            if state == "queued" and self._may_issue() > 0:
                self._state[group] = "sealed"

    def _submit(self, body: dict[str, Any]) -> dict[str, Any]:
        request = body["request"]
        if request in self._requests:
            return {"groups": self._requests[request], "repeated": True}
        count = body.get("count", len(body.get("tasks", [])))
        if count < 1:
            raise pa.ArrowInvalid(f"count={count} must be 1 or more")
        groups = list(range(len(self._state), len(self._state) + count))
        self._requests[request] = groups
        self._state.update(dict.fromkeys(groups, "queued"))
        self._issue()
        tasks = body.get("tasks", [group % 5 for group in groups])
        return {"groups": groups, "tasks": tasks, "repeated": False}

    def _ack(self, body: dict[str, Any]) -> dict[str, Any]:
        done = already = 0
        unknown = []
        for group in body["groups"]:
            state = self._state.get(group)
            if state is None:
                unknown.append(group)
            elif state == "acknowledged":
                already += 1
            else:
                self._state[group] = "acknowledged"
                done += 1
        self._issue()
        return {"acknowledged": done, "already": already, "unknown": unknown}

    def _want(self, body: dict[str, Any]) -> dict[str, Any]:
        self.wants += 1
        return self._status(body)

    def _pause(self, body: dict[str, Any]) -> dict[str, Any]:
        self.paused = True
        return self._status(body)

    def _resume(self, body: dict[str, Any]) -> dict[str, Any]:
        self.paused = False
        self._issue()
        return self._status(body)

    def _publish(self, body: dict[str, Any]) -> dict[str, Any]:
        name = f"v{body['version']}-{body['sha256'][:12]}"
        if body["version"] != self.version + 1:
            raise pa.ArrowInvalid(f"version={body['version']} must be {self.version + 1}")
        if Path(body["folder"]).name != name:
            raise pa.ArrowInvalid(f"{body['folder']} must be named {name}")
        self.version += 1
        self.published.append(body)
        answer = self._ack(body) if "groups" in body else {}
        return answer | {"policy_version": self.version}

    def drop(self, groups: list[int], reason: str) -> None:
        """Ends groups that will never be offered."""
        with self._changed:
            self._state.update(dict.fromkeys(groups, "dropped"))
            self.dropped[reason] = self.dropped.get(reason, 0) + len(groups)
            self._issue()
            self._changed.notify_all()

    def _shutdown(self, _: dict[str, Any]) -> dict[str, Any]:
        threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
        return {}

    def do_get(self, context: Any, ticket: flight.Ticket) -> flight.FlightDataStream:
        if self.unavailable > 0:
            self.unavailable -= 1
            raise flight.FlightUnavailableError("the engine is starting; try again")
        wish = json.loads(ticket.ticket)
        if wish["form"] not in ("tree", "flat"):
            raise pa.ArrowInvalid(f"form={wish['form']} must be tree or flat")
        self.streams += 1
        self.tickets.append(wish)
        tree = wish["form"] == "tree"
        schema = self._tables["nodes" if tree else "flat"][0].schema
        return flight.GeneratorStream(schema, self._messages(context, wish, tree))

    def _messages(self, context: Any, wish: dict[str, Any], tree: bool) -> Iterator[Any]:
        given: set[int] = set()
        messages = 0
        while wish["groups"] == 0 or len(given) < wish["groups"]:
            some = self._next(given, wish)
            if not some:
                if context.is_cancelled():
                    return
                continue
            given.update(some)
            if self.break_after is not None and messages == self.break_after:
                self.break_after = None
                raise flight.FlightUnavailableError("the script breaks this stream here")
            messages += 1
            if tree:
                sink = pa.BufferOutputStream()
                leaves = self._joined("leaves", some)
                with pa.ipc.new_stream(sink, leaves.schema) as writer:
                    writer.write_batch(leaves)
                packed = pa.compress(sink.getvalue(), codec="zstd")
                yield self._joined("nodes", some), packed
            else:
                yield self._joined("flat", some)

    def _next(self, given: set[int], wish: dict[str, Any]) -> list[int]:
        with self._changed:
            states = ("sealed", "offered") if wish.get("redeliver", True) else ("sealed",)
            ready = (
                []
                if self.silent
                else [
                    group
                    for group, state in self._state.items()
                    if state in states and group not in given
                ]
            )
            most = self.per_message
            if wish["groups"]:
                most = min(most, wish["groups"] - len(given))
            some = ready[:most]
            self._state.update(dict.fromkeys(some, "offered"))
            if not some:
                self._changed.wait(0.01)
            return some

    def _joined(self, part: str, groups: list[int]) -> pa.RecordBatch:
        batches = []
        for group in groups:
            source = self._tables[part]
            batch = source[group % len(source)]
            ids = pa.array([group] * batch.num_rows, pa.int64())
            place = batch.schema.get_field_index("group")
            batches.append(batch.set_column(place, batch.schema.field(place), ids))
        table = pa.Table.from_batches(batches).combine_chunks()
        return table.to_batches()[0].replace_schema_metadata(batches[0].schema.metadata)


def main() -> None:
    """Behaves like ``./coppice serve``; the configuration's name says how it is to fail."""
    arguments = sys.argv[1:]
    print("arguments", *arguments, file=sys.stderr, flush=True)
    config = arguments[arguments.index("@") + 1]
    if config == "broken.toml":
        print("key tree.polcy is not known; did you mean tree.policy?", file=sys.stderr)
        sys.exit(2)
    if config == "chatty.toml":
        print("hello there", flush=True)
    if config == "slow.toml":
        time.sleep(60)
    engine = ScriptedEngine(folder=Path.cwd())
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    hello = {
        "format": "coppice.bridge/1",
        "location": engine.where(),
        "run": "run-7",
        "folder": arguments[arguments.index("--out") + 1] if "--out" in arguments else ".",
        "pid": os.getpid(),
    }
    print(json.dumps(hello), flush=True)
    if "--with-parent" in arguments:
        sys.stdin.buffer.read()
        os._exit(0)
    signal.pause()


if __name__ == "__main__":
    main()
