"""Tree rollouts of the Coppice engine, for trainers.

Read in this order: :mod:`coppice.engine` for the engine process, :mod:`coppice.batch` and
:mod:`coppice.rows` for what a trainer gets, :mod:`coppice.segment` and :mod:`coppice.trace` for
what a run leaves on disk, :mod:`coppice.adapters` for trainers by name.
"""

from coppice.batch import Acknowledged, Batch, Counts, Status
from coppice.columns import Ragged
from coppice.connection import Retry
from coppice.engine import Engine
from coppice.errors import (
    EngineError,
    EngineTimeoutError,
    FormatError,
    RefusedError,
    StartError,
    StoppedError,
    UnreachableError,
)
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
from coppice.weights import read_weights, weights_folder

__all__ = [
    "Acknowledged",
    "Batch",
    "Branch",
    "Call",
    "Counts",
    "Credit",
    "Engine",
    "EngineError",
    "EngineTimeoutError",
    "Failure",
    "FlatGroup",
    "FormatError",
    "Header",
    "Leaf",
    "Node",
    "Outcomes",
    "PackedGroup",
    "Ragged",
    "RefusedError",
    "Retry",
    "Segment",
    "Span",
    "Spans",
    "StartError",
    "Status",
    "StoppedError",
    "Tree",
    "UnreachableError",
    "VersionRuns",
    "parse_trace",
    "read_groups",
    "read_traces",
    "read_weights",
    "segments",
    "weights_folder",
]

__version__ = "0.1.0"
