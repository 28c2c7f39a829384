"""Runs of tokens inside the rows of a group: versions, spans, marks; and what rows stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from coppice_rl.columns import Int8, Int32, items, numbers, offsets
from coppice_rl.header import FORMAT_ONE_DRAW

NOT_SAMPLED = -1
"""The version of tokens that no weights sampled."""


@dataclass(frozen=True)
class VersionRuns:
    """Which weights sampled which tokens; row ``i`` holds the runs of node or path i."""

    version: Int32
    length: Int32
    offsets: Int32

    def per_token(self) -> Int32:
        """Returns the version of every token, row after row; -1 where not sampled."""
        return np.repeat(self.version, self.length)

    @staticmethod
    def of(array: pa.ListArray) -> VersionRuns:
        """Views an Arrow column."""
        runs = items(array)
        return VersionRuns(
            numbers(runs.field("version")), numbers(runs.field("length")), offsets(array)
        )


@dataclass(frozen=True)
class Spans:
    """What runs of tokens are for; row ``i`` holds the spans of node or path i.

    ``kind`` is a code of ``Header.span_kinds``; ``call`` is -1 outside tool calls.
    """

    start: Int32
    length: Int32
    kind: Int8
    call: Int32
    offsets: Int32

    @staticmethod
    def of(array: pa.ListArray) -> Spans:
        """Views an Arrow column."""
        spans = items(array)
        return Spans(
            numbers(spans.field("start")),
            numbers(spans.field("length")),
            numbers(spans.field("kind")),
            numbers(spans.field("call")),
            offsets(array),
        )


@dataclass(frozen=True)
class Marks:
    """What a trainer must know of the tokens of marked nodes; row ``i`` holds those of path i.

    ``start`` counts from the path's first token; ``mark`` is a code of ``Header.marks``.
    """

    start: Int32
    length: Int32
    mark: Int8
    offsets: Int32

    @staticmethod
    def of(batch: pa.RecordBatch) -> Marks:
        """Views an Arrow batch of flat rows; the format before has no marks."""
        if not knows_draws(batch, "marks"):
            none = np.empty(0, dtype=np.int32)
            return Marks(
                none,
                none,
                np.empty(0, dtype=np.int8),
                np.zeros(batch.num_rows + 1, dtype=np.int32),
            )
        array = batch.column("marks")
        runs = items(array)
        return Marks(
            numbers(runs.field("start")),
            numbers(runs.field("length")),
            numbers(runs.field("mark")),
            offsets(array),
        )


def knows_draws(batch: pa.RecordBatch, column: str) -> bool:
    """Whether a batch has a column that the format before lacks; others must have it."""
    return column in batch.schema.names or not _is_one_draw(batch)


def _is_one_draw(batch: pa.RecordBatch) -> bool:
    metadata = batch.schema.metadata or {}
    version: bytes = metadata.get(b"format_version", FORMAT_ONE_DRAW.encode())
    return version == FORMAT_ONE_DRAW.encode()


def draws_of(batch: pa.RecordBatch, column: str) -> Int32:
    """Reads a column of draws, which are 1 in the format before."""
    if not knows_draws(batch, column):
        return np.ones(batch.num_rows, dtype=np.int32)
    draws: Int32 = numbers(batch.column(column))
    return draws
