"""Which ids could have been drawn beside each token, and the distribution made of them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from coppice_rl.columns import Int32, Ragged, ragged
from coppice_rl.header import Header


@dataclass(frozen=True)
class Kept:
    """The ids that top-k, top-p and min-p kept, where ``bridge.kept`` has them told.

    ``counts`` has one number per token, 0 where nothing was sampled and where every token could be
    drawn; ``ids`` has the ids of all tokens of a row, one token after the other. The ids of a token
    are those kept, or, where that is shorter, ``-1 - id`` of each that was cut or masked.
    """

    counts: Ragged[Int32]
    ids: Ragged[Int32]

    def __len__(self) -> int:
        return len(self.counts)

    def of(self, row: int) -> list[Int32]:
        """Splits the ids of a row by its tokens."""
        counts = self.counts[row]
        return np.split(self.ids[row], np.cumsum(counts)[:-1]) if len(counts) else []

    @staticmethod
    def read(batch: pa.RecordBatch) -> Kept | None:
        """Views the columns of a batch, if it has them."""
        if "kept" not in batch.schema.names:
            return None
        return Kept(ragged(batch.column("kept_counts")), ragged(batch.column("kept")))

    def take(self, rows: Any) -> Kept:
        """Lists some rows, one after the other, as often as they are named."""
        chosen = np.asarray(rows, dtype=np.int64)
        return Kept(_taken(self.counts, chosen), _taken(self.ids, chosen))

    def joined(self, row_of: Any, rows: int) -> Kept:
        """Joins neighbouring rows that belong together."""
        return Kept(_joined(self.counts, row_of, rows), _joined(self.ids, row_of, rows))


def drawable(kept: Int32, header: Header, size: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Says of each of ``size`` logits whether its token could be drawn.

    :param kept: the ids of one sampled token, as :meth:`Kept.of` gives them.
    """
    possible = np.zeros(size, dtype=bool)
    possible[: header.vocabulary_size or size] = True
    possible[list(header.holes)] = False
    if len(kept) and kept[0] >= 0:
        chosen = np.zeros(size, dtype=bool)
        chosen[kept] = True
        return possible & chosen
    possible[-1 - kept] = False
    return possible


def changed_logits(
    logits: Any, path: Sequence[int] | Int32, turn_start: int, header: Header
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Changes the logits of the next token as the engine does, before cuts and temperature.

    :param path: all tokens before it, prompt first.
    :param turn_start: the place in ``path`` where the turn begins: behind the prompt, or behind the
        last observation that is not forced. Presence and frequency count from there.
    """
    changed = np.asarray(logits, dtype=np.float64).copy()
    tokens = np.asarray(path, dtype=np.int64)
    tokens = tokens[tokens < len(changed)]
    for token, bias in header.logit_bias.items():
        changed[token] += bias
    seen = np.unique(tokens)
    penalty = header.repetition_penalty
    changed[seen] = np.where(changed[seen] > 0, changed[seen] / penalty, changed[seen] * penalty)
    turn = np.asarray(path, dtype=np.int64)[turn_start:]
    said, counts = np.unique(turn[turn < len(changed)], return_counts=True)
    changed[said] -= header.frequency_penalty * counts + header.presence_penalty
    return changed


def rebuilt_logprobs(
    logits: Any, path: Sequence[int] | Int32, turn_start: int, kept: Int32, header: Header
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Makes the distribution again that a token was drawn from: log-probabilities of all ids.

    With the logits of the weights that sampled it, that of the token is the one recorded.

    :param logits: of the next token, as the model gives them.
    :param kept: the ids of that token, as :meth:`Kept.of` gives them.
    """
    possible = drawable(kept, header, len(np.asarray(logits)))
    logprobs = np.full(len(possible), -np.inf)
    if header.temperature == 0:
        logprobs[possible] = 0.0
        return logprobs
    scaled = changed_logits(logits, path, turn_start, header)[possible] / header.temperature
    highest = scaled.max()
    logprobs[possible] = scaled - highest - np.log(np.exp(scaled - highest).sum())
    return logprobs


def _taken(column: Ragged[Int32], rows: np.ndarray[Any, np.dtype[np.int64]]) -> Ragged[Int32]:
    lengths = column.lengths[rows]
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    parts = [column[row] for row in rows.tolist()]
    values = np.concatenate(parts) if parts else column.values[:0]
    return Ragged(values, offsets)


def _joined(column: Ragged[Int32], row_of: Any, rows: int) -> Ragged[Int32]:
    lengths = np.bincount(row_of, column.lengths, minlength=rows)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    return Ragged(column.values, offsets)
