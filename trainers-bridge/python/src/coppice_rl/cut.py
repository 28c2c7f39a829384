"""Batches of several whole groups, cut into the groups without a copy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from coppice_rl.columns import Int64, numbers
from coppice_rl.errors import FormatError
from coppice_rl.rows import FlatGroup, PackedGroup


def packed_groups(nodes: pa.RecordBatch, leaves: pa.RecordBatch) -> list[PackedGroup]:
    """Cuts a message of whole groups into its groups; the arrays stay views of the message."""
    node_ids, node_cuts = cuts_of(nodes)
    leaf_ids, leaf_cuts = cuts_of(leaves)
    if not np.array_equal(node_ids, leaf_ids):
        raise FormatError(
            f"a message has nodes of groups {node_ids.tolist()} and leaves of {leaf_ids.tolist()}"
        )
    return [
        PackedGroup.of(piece(nodes, node_cuts, place), piece(leaves, leaf_cuts, place))
        for place in range(len(node_ids))
    ]


def flat_groups(rows: pa.RecordBatch) -> list[FlatGroup]:
    """Cuts a message of whole groups into its groups; the arrays stay views of the message."""
    ids, cuts = cuts_of(rows)
    return [FlatGroup.of(piece(rows, cuts, place)) for place in range(len(ids))]


def cuts_of(batch: pa.RecordBatch) -> tuple[Int64, Sequence[int]]:
    """Returns the ids of the groups in a batch and the rows between which each lies."""
    group: Int64 = numbers(batch.column("group"))
    starts = np.flatnonzero(np.diff(group)) + 1
    cuts = [0, *starts.tolist(), len(group)]
    ids = group[cuts[:-1]] if len(group) else group
    if len(np.unique(ids)) != len(ids):
        raise FormatError(f"a message holds a group in two places: {ids.tolist()}")
    return ids, cuts


def piece(batch: pa.RecordBatch, cuts: Sequence[int], place: int) -> pa.RecordBatch:
    """Views the rows of one group."""
    return batch.slice(cuts[place], cuts[place + 1] - cuts[place])
