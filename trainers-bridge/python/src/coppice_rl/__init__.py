"""Tree rollouts of the Coppice engine, for trainers.

Read in this order: :mod:`coppice_rl.engine` for the engine process, :mod:`coppice_rl.launcher` for
where its program is, :mod:`coppice_rl.batch` and :mod:`coppice_rl.rows` for what a trainer gets,
:mod:`coppice_rl.segment` and :mod:`coppice_rl.trace` for what a run leaves on disk,
:mod:`coppice_rl.adapters` for trainers by name.
"""

from coppice_rl.batch import Acknowledged, Batch, Counts, Status
from coppice_rl.columns import Ragged
from coppice_rl.connection import Retry
from coppice_rl.engine import Engine
from coppice_rl.errors import (
    EngineError,
    EngineTimeoutError,
    FormatError,
    MarkedError,
    RefusedError,
    StartError,
    StoppedError,
    UnreachableError,
)
from coppice_rl.header import Header
from coppice_rl.kept import Kept, changed_logits, drawable, rebuilt_logprobs
from coppice_rl.marks import MarkRule, apply_marks
from coppice_rl.rows import FlatGroup, Outcomes, PackedGroup
from coppice_rl.runs import Marks, Spans, VersionRuns
from coppice_rl.segment import Segment, segments
from coppice_rl.trace import (
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
from coppice_rl.weights import read_weights, weights_folder

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
    "Kept",
    "Leaf",
    "MarkRule",
    "MarkedError",
    "Marks",
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
    "apply_marks",
    "changed_logits",
    "drawable",
    "parse_trace",
    "read_groups",
    "read_traces",
    "read_weights",
    "rebuilt_logprobs",
    "segments",
    "weights_folder",
]

__version__ = "0.1.0"
