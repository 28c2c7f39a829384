"""A stream of groups, read ahead by a thread of its own so that every wait has an end.

::

    Flight ---> reader thread ---> queue of at most 2 messages ---> take()
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from typing import Generic

import pyarrow as pa
import pyarrow.flight as flight

from coppice_rl.batch import G
from coppice_rl.connection import Connection, translate
from coppice_rl.cut import flat_groups, packed_groups
from coppice_rl.errors import EngineTimeoutError, FormatError
from coppice_rl.header import Header

Shape = tuple[str, str]
"""The form of a stream, ``tree`` or ``flat``, and what has a row, ``path`` or ``draw``."""

_AHEAD = 2
_LOOK_S = 0.1


@dataclass(frozen=True)
class Wish:
    """What a stream asks for: the shape of groups, for whom, and how many an update trains."""

    shape: Shape
    trainer: str
    update: int


class GroupStream(Generic[G]):
    """One ``DoGet``: ``take`` gives the groups of the next message."""

    def __init__(self, reader: flight.FlightStreamReader, form: str, *, validate: bool) -> None:
        """Begins to read ahead.

        :param form: ``tree`` or ``flat``, as it was asked for.
        :param validate: lets Arrow check every offset of a message before it is shown.
        """
        self._reader = reader
        self._form = form
        self._validate = validate
        self._queue: queue.Queue[list[G] | BaseException | None] = queue.Queue(_AHEAD)
        self._stopped = threading.Event()
        self.header = Header.parse(reader.schema.metadata, f"the stream of {form} groups")
        self._thread = threading.Thread(target=self._read, name="coppice-stream", daemon=True)
        self._thread.start()

    def take(self, deadline: float) -> list[G] | None:
        """Returns the groups of the next message, or None at the end of the stream.

        :param deadline: on the monotonic clock, in seconds.
        """
        try:
            item = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise EngineTimeoutError("no group arrived in time") from None
        if isinstance(item, BaseException):
            raise item
        return item

    def close(self) -> None:
        """Cancels the stream; the engine offers what was not acknowledged to the next one."""
        self._stopped.set()
        self._reader.cancel()
        self._thread.join(timeout=5)

    def _read(self) -> None:
        item: list[G] | BaseException | None = None
        while not self._stopped.is_set():
            try:
                item = self._groups(self._reader.read_chunk())
            except StopIteration:
                item = None
            except BaseException as fault:  # handed to the consumer, who raises it
                item = fault
            if not self._hand_over(item) or not isinstance(item, list):
                return

    def _hand_over(self, item: list[G] | BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=_LOOK_S)
                return True
            except queue.Full:
                continue
        return False

    def _groups(self, chunk: flight.FlightStreamChunk) -> list[G]:
        rows = _aligned(chunk.data)
        if self._validate:
            rows.validate(full=True)
        if self._form == "flat":
            return flat_groups(rows)  # type: ignore[return-value]
        if chunk.app_metadata is None:
            raise FormatError("a message of nodes came without its leaves in app_metadata")
        leaves = _leaves(chunk.app_metadata)
        if self._validate:
            leaves.validate(full=True)
        return packed_groups(rows, leaves)  # type: ignore[return-value]


class GroupSource(Generic[G]):
    """The groups of one iteration, over as many streams as it takes."""

    def __init__(self, connection: Connection, wish: Wish, validate: bool, held: set[int]) -> None:
        self._connection = connection
        self._wish = wish
        self._form, self._per = wish.shape
        self._validate = validate
        self._held = held
        self._stream: GroupStream[G] | None = None
        self._failures = 0
        self.header: Header | None = None

    def more(self, left: int | None, deadline: float, look: float) -> list[G]:
        """Returns some more groups, maybe none where all were given out already.

        :param look: when to give up waiting for a message, on the monotonic clock.
        """
        try:
            if self._stream is None:
                self._stream = self._opened(left, deadline)
            groups = self._stream.take(look)
        except (flight.FlightError, pa.ArrowException, OSError) as fault:
            self._drop()
            for_good = translate(fault)
            if for_good is not None:
                raise for_good from fault
            self._failures += 1
            self._connection.pause_after(self._failures, fault, deadline)
            return []
        if groups is None:
            self._drop()
            return []
        self._failures = 0
        fresh = [group for group in groups if group.outcomes.group not in self._held]
        self._held.update(group.outcomes.group for group in fresh)
        return fresh

    def close(self) -> None:
        """Cancels the stream that is open."""
        self._drop()

    def _opened(self, left: int | None, deadline: float) -> GroupStream[G]:
        # With groups in hand that the engine will offer again, a count would end too early.
        count = 0 if left is None or self._held else left
        ticket = {
            "form": self._form,
            "groups": count,
            "redeliver": True,
            "trainer": self._wish.trainer,
            "batch": self._wish.update,
        }
        if self._per == "draw":
            ticket["per"] = "draw"  # an engine that does not know it refuses by name
        reader = self._connection.stream(ticket, deadline)
        stream: GroupStream[G] = GroupStream(reader, self._form, validate=self._validate)
        self.header = stream.header
        return stream

    def _drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


def _leaves(metadata: pa.Buffer) -> pa.RecordBatch:
    with pa.CompressedInputStream(pa.BufferReader(metadata), "zstd") as stream:
        with pa.ipc.open_stream(stream) as reader:
            return _aligned(reader.read_next_batch())


def _aligned(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Copies a batch whose arrays do not begin at multiples of 8; torch takes no others."""
    for column in batch.columns:
        for buffer in column.buffers():
            if buffer is not None and buffer.address % 8 != 0:
                return _copied(batch)
    return batch


def _copied(batch: pa.RecordBatch) -> pa.RecordBatch:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return pa.ipc.open_stream(sink.getvalue()).read_next_batch()
