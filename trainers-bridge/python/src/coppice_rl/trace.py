"""Traces: ``traces.jsonl`` of a run, one line per tree."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from coppice_rl.columns import Float32, Int32
from coppice_rl.errors import FormatError

FORMAT = "coppice.trace/2"
FORMAT_ONE_DRAW = "coppice.trace/1"
"""The format before: every node and leaf is one draw, and none is marked."""

MARKS = ("simulated", "mixed_version", "foreign_model", "rewritten")
"""What a node's ``provenance`` may hold, in the order of the codes on the wire."""

SAMPLED_KINDS = frozenset({"action", "fold"})


@dataclass(frozen=True)
class Span:
    """What a run of tokens inside a node is for; ``call`` is None outside tool calls."""

    start: int
    length: int
    kind: str
    call: int | None = None


@dataclass(frozen=True)
class Branch:
    """How many children a node was given before any was sampled, by which policy and why."""

    policy: str
    children: int
    value: float


@dataclass(frozen=True)
class Node:
    """Tokens that one writer added in one go; ``logprobs`` is None on unsampled nodes.

    ``kept`` has for each sampled token the ids that could have been drawn, as ``Kept.of`` gives them;
    it is None where ``bridge.kept`` is off.

    ``version_runs`` holds (version, length) pairs that cover the sampled tokens. ``draws`` counts the
    samples that run through the node and share its tokens; ``provenance`` says what a trainer must
    know of them, names of ``MARKS``.
    """

    id: int
    parent: int
    kind: str
    tokens: Int32
    logprobs: Float32 | None = None
    spans: tuple[Span, ...] = ()
    policy_version: int = 0
    version_runs: tuple[tuple[int, int], ...] = ()
    kv_version: int = 0
    cached_tokens: int = 0
    state: str | None = None
    branch: Branch | None = None
    step_reward: float = 0.0
    call: int | None = None
    kv_block_us: int | None = None
    draws: int = 1
    provenance: tuple[str, ...] = ()
    kept: tuple[Int32, ...] | None = None


@dataclass(frozen=True)
class Call:
    """One executed tool call; ``correct`` is None where nobody can say."""

    id: int
    node: int
    tool: str
    arguments: Any
    status: str
    correct: bool | None = None
    latency_us: int = 0
    provenance: str = "real"


@dataclass(frozen=True)
class Failure:
    """Why a path failed; a failure is never a reward."""

    boundary: str
    code: str
    message: str


@dataclass(frozen=True)
class Leaf:
    """The end of a path, of ``draws`` samples; ``reward`` is None where it cannot be scored."""

    node: int
    status: str
    stop: str
    reward: float | None
    components: Mapping[str, float | None] = field(default_factory=dict)
    answer: str | None = None
    failure: Failure | None = None
    draws: int = 1


@dataclass(frozen=True)
class Credit:
    """What one estimator gave to the tree: per node one value per token, per leaf a scalar."""

    estimator: str
    options: Mapping[str, str]
    nodes: Mapping[int, Float32]
    leaves: Mapping[int, float | None]


@dataclass(frozen=True)
class Tree:
    """One line of a trace file; ``extra`` holds fields this version does not know."""

    run: str
    group: str
    tree: int
    task_id: str
    task_input: Any
    sampling: Mapping[str, Any]
    nodes: tuple[Node, ...]
    calls: tuple[Call, ...]
    leaves: tuple[Leaf, ...]
    credit: tuple[Credit, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """The samples that begin at the root: how often the tree counts in its group."""
        return self.nodes[0].draws

    @property
    def division(self) -> str:
        """How the draws were divided over the tokens: ``independent`` or ``systematic``."""
        return str(self.sampling.get("division", "independent"))

    def path(self, leaf: Leaf) -> tuple[Node, ...]:
        """Lists the nodes from the root to a leaf."""
        nodes = []
        node = leaf.node
        while node >= 0:
            nodes.append(self.nodes[node])
            node = self.nodes[node].parent
        return tuple(reversed(nodes))

    def path_tokens(self, leaf: Leaf) -> Int32:
        """Joins the tokens of a path, exactly as the model saw them."""
        return np.concatenate([node.tokens for node in self.path(leaf)])


def read_traces(path: str | Path) -> Iterator[Tree]:
    """Reads a trace file tree by tree.

    A last line without its line feed, as a killed process leaves it, is not read.
    """
    with open(path, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.endswith(b"\n") and line.strip():
                yield _parse(line, f"{path} line {number}")


def read_groups(path: str | Path) -> Iterator[list[Tree]]:
    """Reads a trace file group by group; the trees of a group stand on consecutive lines."""
    group: list[Tree] = []
    for tree in read_traces(path):
        if group and tree.group != group[-1].group:
            yield group
            group = []
        group.append(tree)
    if group:
        yield group


def parse_trace(line: str | bytes) -> Tree:
    """Reads one line of a trace file."""
    return _parse(line, "trace")


_KNOWN = {
    "format",
    "run",
    "group",
    "tree",
    "task",
    "sampling",
    "nodes",
    "calls",
    "leaves",
    "credit",
}


def _parse(line: str | bytes, source: str) -> Tree:
    try:
        data = json.loads(line)
        if not isinstance(data, dict):
            raise FormatError(f"{source}: the line is not a JSON object")
        if data.get("format") not in (FORMAT_ONE_DRAW, FORMAT):
            found = data.get("format")
            raise FormatError(
                f"{source}: format is {found}; this version reads {FORMAT_ONE_DRAW} and {FORMAT}"
            )
        draws_known = data["format"] == FORMAT
        task = data.get("task", {})
        tree = Tree(
            run=data.get("run", ""),
            group=data["group"],
            tree=data.get("tree", 0),
            task_id=task.get("id", ""),
            task_input=task.get("input"),
            sampling=data.get("sampling", {}),
            nodes=tuple(_node(node, draws_known) for node in data["nodes"]),
            calls=tuple(_call(call) for call in data.get("calls", ())),
            leaves=tuple(_leaf(leaf, draws_known) for leaf in data["leaves"]),
            credit=tuple(_credit(credit) for credit in data.get("credit", ())),
            extra={key: value for key, value in data.items() if key not in _KNOWN},
        )
        _check_shape(tree, source)
        return tree
    except FormatError:
        raise
    except KeyError as fault:
        raise FormatError(f"{source}: field {fault} is missing") from fault
    except (TypeError, ValueError, AttributeError, RecursionError, OverflowError) as fault:
        raise FormatError(f"{source}: {fault}") from fault


def _check_shape(tree: Tree, source: str) -> None:
    for place, node in enumerate(tree.nodes):
        if node.id != place or not -1 <= node.parent < place or (node.parent == -1) != (place == 0):
            raise FormatError(f"{source}: nodes are not in pre-order at id {node.id}")
        if node.logprobs is not None and len(node.logprobs) != len(node.tokens):
            raise FormatError(f"{source}: node {place} needs one logprob per token")
    for leaf in tree.leaves:
        if not 0 <= leaf.node < len(tree.nodes):
            raise FormatError(f"{source}: leaf names no node: {leaf.node}")
        if leaf.draws != tree.nodes[leaf.node].draws:
            raise FormatError(
                f"{source}: all draws of a node end in its leaf: node {leaf.node} has "
                f"{tree.nodes[leaf.node].draws}, its leaf {leaf.draws}"
            )
    for credit in tree.credit:
        for node_id, advantages in credit.nodes.items():
            if not 0 <= node_id < len(tree.nodes):
                raise FormatError(f"{source}: credit names no node: {node_id}")
            if len(advantages) != len(tree.nodes[node_id].tokens):
                raise FormatError(f"{source}: node {node_id} needs one advantage per token")


def _node(data: Mapping[str, Any], draws_known: bool) -> Node:
    branch = data.get("branch")
    logprobs = data.get("logprobs") if data["kind"] in SAMPLED_KINDS else None
    version = data.get("policy_version", 0)
    runs = tuple((run["version"], run["length"]) for run in data.get("version_runs") or ())
    if not runs and data["kind"] in SAMPLED_KINDS and data["tokens"]:
        runs = ((version, len(data["tokens"])),)
    return Node(
        id=data["id"],
        parent=data["parent"],
        kind=data["kind"],
        tokens=np.array(data["tokens"], dtype=np.int32),
        logprobs=None if logprobs is None else np.array(logprobs, dtype=np.float32),
        spans=tuple(
            Span(span["start"], span["length"], span["kind"], span.get("call"))
            for span in data.get("spans", ())
        ),
        policy_version=version,
        version_runs=runs,
        kv_version=data.get("kv_version", 0),
        cached_tokens=data.get("cached_tokens", 0),
        state=data.get("state"),
        branch=branch and Branch(branch["policy"], branch["children"], _number(branch["value"])),
        step_reward=_number(data.get("step_reward", 0.0)),
        call=data.get("call"),
        kv_block_us=data.get("kv_block_us"),
        draws=_draws(data) if draws_known else 1,
        provenance=_marks(data) if draws_known else (),
        kept=_kept(data),
    )


def _kept(data: Mapping[str, Any]) -> tuple[Int32, ...] | None:
    counts = data.get("kept_counts")
    if counts is None:
        return None
    ids = np.array(data["kept"], dtype=np.int32)
    if sum(counts) != len(ids) or len(counts) != len(data["tokens"]):
        raise ValueError(f"kept ids of node {data['id']} do not add up")
    return tuple(np.split(ids, np.cumsum(counts)[:-1])) if counts else ()


def _call(data: Mapping[str, Any]) -> Call:
    return Call(
        id=data["id"],
        node=data["node"],
        tool=data["tool"],
        arguments=data.get("arguments"),
        status=data["status"],
        correct=data.get("correct"),
        latency_us=data.get("latency_us", 0),
        provenance=data.get("provenance", "real"),
    )


def _leaf(data: Mapping[str, Any], draws_known: bool) -> Leaf:
    failure = data.get("failure")
    return Leaf(
        node=data["node"],
        status=data["status"],
        stop=data["stop"],
        reward=data["reward"],
        components=data.get("components", {}),
        answer=data.get("answer"),
        failure=failure and Failure(failure["boundary"], failure["code"], failure["message"]),
        draws=_draws(data) if draws_known else 1,
    )


def _draws(data: Mapping[str, Any]) -> int:
    draws = data.get("draws", 1)
    if not isinstance(draws, int) or isinstance(draws, bool) or draws < 1:
        raise ValueError(f"draws={draws} must be a number from 1")
    return draws


def _marks(data: Mapping[str, Any]) -> tuple[str, ...]:
    marks = data.get("provenance", ())
    unknown = [mark for mark in marks if mark not in MARKS]
    if unknown:
        raise ValueError(f"provenance {unknown} is not known; this version knows {list(MARKS)}")
    return tuple(mark for mark in MARKS if mark in marks)


def _credit(data: Mapping[str, Any]) -> Credit:
    return Credit(
        estimator=data["estimator"],
        options=data.get("options", {}),
        nodes={
            node["id"]: np.array(node["advantages"], dtype=np.float32) for node in data["nodes"]
        },
        leaves={leaf["node"]: leaf["advantage"] for leaf in data.get("leaves", ())},
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
