"""Flight calls with a deadline each, retries with a cap, and errors that name the thing.

Only what may be repeated is repeated: every action of the protocol gives the same answer when the
same request comes twice.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight

from coppice_rl.errors import EngineTimeoutError, FormatError, RefusedError, UnreachableError

_WRAPPED = re.compile(
    r"(?:(?:Flight|gRPC) returned (?P<code>.+?) error, with message: )?(?P<text>.*?)"
    r"(?:\.?\s*(?:gRPC client debug context|Client context|Detail): .*)?",
    re.DOTALL,
)
_REFUSALS = {
    pa.ArrowInvalid: "invalid argument",
    pa.ArrowKeyError: "not found",
    pa.ArrowNotImplementedError: "not implemented",
    flight.FlightUnauthenticatedError: "unauthenticated",
    flight.FlightUnauthorizedError: "permission denied",
}
OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    # The usual 16 KiB would cut a message into hundreds of frames.
    ("grpc.http2.max_frame_size", 4 * 1024 * 1024),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 1000),
]


@dataclass(frozen=True)
class Retry:
    """How often a call is tried again where the engine does not answer, and how long to wait.

    The wait doubles from ``first_s`` to ``most_s`` and is drawn from its upper half, so that many
    trainers do not come back at one moment.
    """

    attempts: int = 6
    first_s: float = 0.05
    most_s: float = 2.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first_s < 0 or self.most_s < self.first_s:
            raise ValueError(
                f"attempts={self.attempts} must be at least 1 and 0 <= first_s={self.first_s} "
                f"<= most_s={self.most_s}"
            )

    def wait_s(self, failures: int) -> float:
        """Returns how long to wait after so many failures in a row."""
        return min(self.most_s, self.first_s * 2.0 ** (failures - 1)) * random.uniform(0.5, 1.0)


class Connection:
    """One Flight client, opened when it is first needed and again after it broke."""

    def __init__(
        self,
        location: str,
        *,
        token: str | None = None,
        tls_root: str | Path | None = None,
        retry: Retry | None = None,
        alive: Callable[[], None] | None = None,
    ) -> None:
        """Remembers where the engine is; nothing is opened yet.

        :param token: travels as ``authorization: Bearer TOKEN``.
        :param tls_root: PEM file of the certificate authority, for a ``grpc+tls://`` location.
        :param alive: raises where retrying is useless, for example when the process has ended.
        """
        if token is not None and not location.startswith("grpc+tls://"):
            raise ValueError(f"location={location} must begin with grpc+tls:// to send a token")
        self.location = location
        self.retry = retry or Retry()
        self._token = token
        self._tls_root = Path(tls_root).read_bytes() if tls_root is not None else None
        self._alive = alive or (lambda: None)
        self._lock = threading.Lock()
        self._client: flight.FlightClient | None = None
        self._closed = False

    def action(self, name: str, body: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """Calls an action and returns its answer.

        :param timeout_s: deadline of all tries together, in seconds.
        """
        deadline = time.monotonic() + timeout_s
        call = flight.Action(name, json.dumps(body).encode())

        def once(left_s: float) -> dict[str, Any]:
            options = self._call_options(left_s)
            answers = list(self._open().do_action(call, options))
            return _answer(name, answers[0].body.to_pybytes() if answers else b"{}")

        answer: dict[str, Any] = self._tried(name, once, deadline)
        return answer

    def stream(self, ticket: Mapping[str, Any], deadline: float) -> flight.FlightStreamReader:
        """Opens a stream of groups; the stream itself has no deadline."""

        def once(left_s: float) -> flight.FlightStreamReader:
            wire = flight.Ticket(json.dumps(ticket).encode())
            return self._open().do_get(wire, self._call_options(None))

        return self._tried("groups", once, deadline)

    def pause_after(self, failures: int, fault: BaseException, deadline: float) -> None:
        """Waits before the next try, or raises where there is to be none."""
        self._forget()
        self._alive()
        wait_s = self.retry.wait_s(failures)
        if failures >= self.retry.attempts or time.monotonic() + wait_s >= deadline:
            raise UnreachableError(
                f"the engine at {self.location} did not answer, tried {failures} times: "
                f"{_text(fault)}; see whether its process runs and the address is right"
            ) from fault
        time.sleep(wait_s)

    def close(self) -> None:
        """Closes the client; further calls are refused."""
        self._closed = True
        self._forget()

    def _tried(self, name: str, once: Callable[[float], Any], deadline: float) -> Any:
        failures = 0
        while True:
            left_s = deadline - time.monotonic()
            try:
                if left_s <= 0:
                    raise EngineTimeoutError(f"{name} had no answer from {self.location} in time")
                return once(left_s)
            except flight.FlightTimedOutError as fault:
                self._alive()
                raise EngineTimeoutError(
                    f"{name} had no answer from {self.location} in time; give it a longer timeout, "
                    f"or see the engine's log for what it is busy with"
                ) from fault
            except Exception as fault:
                translated = translate(fault)
                if translated is not None:
                    raise translated from fault
                failures += 1
                self.pause_after(failures, fault, deadline)

    def _open(self) -> flight.FlightClient:
        with self._lock:
            if self._closed:
                raise UnreachableError(f"the connection to {self.location} is closed")
            if self._client is None:
                self._client = flight.FlightClient(
                    self.location, tls_root_certs=self._tls_root, generic_options=OPTIONS
                )
            return self._client

    def _forget(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            try:
                client.close()
            except pa.ArrowException:
                pass  # it was broken already, which is why it is let go

    def _call_options(self, timeout_s: float | None) -> flight.FlightCallOptions:
        headers = []
        if self._token is not None:
            headers.append((b"authorization", f"Bearer {self._token}".encode()))
        return flight.FlightCallOptions(timeout=timeout_s, headers=headers)


def translate(fault: BaseException) -> BaseException | None:
    """Says what a fault is for good, or None where the call may be tried again."""
    for kind, code in _REFUSALS.items():
        if isinstance(fault, kind):
            match = _WRAPPED.fullmatch(str(fault))
            return RefusedError((match and match.group("code")) or code, _text(fault))
    if isinstance(fault, (flight.FlightError, pa.ArrowException, OSError)):
        return None
    return fault


def _text(fault: BaseException) -> str:
    match = _WRAPPED.fullmatch(str(fault))
    return match.group("text").strip() if match else str(fault)


def _answer(name: str, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise FormatError(f"the answer to {name} is not JSON: {body[:80]!r}") from fault
    if not isinstance(answer, dict):
        raise FormatError(f"the answer to {name} is not a JSON object: {body[:80]!r}")
    return answer
