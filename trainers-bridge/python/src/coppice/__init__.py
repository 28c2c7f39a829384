"""Reads tree rollouts of the Coppice engine.

Read in this order: :mod:`coppice.segment` for what a trainer gets, :mod:`coppice.rows` for its
columns, :mod:`coppice.trace` for the full record.
"""

from coppice.columns import Ragged
from coppice.errors import FormatError
from coppice.header import Header
from coppice.rows import FlatGroup, Outcomes, PackedGroup, Spans, VersionRuns
from coppice.segment import Segment, segments
from coppice.trace import (
    Branch,
    Call,
    Credit,
    Failure,
    Leaf,
    Node,
    Span,
    Tree,
    parse_trace,
    read_groups,
    read_traces,
)

__all__ = [
    "Branch",
    "Call",
    "Credit",
    "Failure",
    "FlatGroup",
    "FormatError",
    "Header",
    "Leaf",
    "Node",
    "Outcomes",
    "PackedGroup",
    "Ragged",
    "Segment",
    "Span",
    "Spans",
    "Tree",
    "VersionRuns",
    "parse_trace",
    "read_groups",
    "read_traces",
    "segments",
]

__version__ = "0.1.0"
