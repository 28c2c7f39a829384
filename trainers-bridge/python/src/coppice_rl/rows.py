"""A prompt group as columns: tree-packed, each shared token once, or flat, one row per path.

``PackedGroup.expand()`` gives the flat form exactly, number by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from coppice_rl.columns import (
    Float32,
    Int8,
    Int16,
    Int32,
    Int64,
    Ragged,
    gather,
    items,
    numbers,
    numbers_or_nan,
    offsets,
    ragged,
)

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
class Outcomes:
    """How the paths of a group ended, one row per path.

    ``reward`` and ``advantage`` are NaN where unknown; ``status`` is a code of
    ``Header.statuses``.
    """

    group: int
    group_name: str
    leaf: Int32
    rollout: Int64
    reward: Float32
    status: Int8
    weight: Float32
    advantage: Float32
    tree: Int32
    _stop: pa.Array
    _components: pa.Array

    def __len__(self) -> int:
        return len(self.leaf)

    @cached_property
    def stop(self) -> tuple[str, ...]:
        """Why each path stopped; read when it is first asked for."""
        return tuple(self._stop.to_pylist())

    @cached_property
    def components(self) -> tuple[dict[str, float], ...]:
        """The parts of each path's reward; read when they are first asked for."""
        return tuple(
            {key: float("nan") if value is None else value for key, value in row}
            for row in self._components.to_pylist()
        )

    @property
    def scored(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether each path has a reward and may be trained."""
        return ~np.isnan(self.reward)

    @staticmethod
    def of(batch: pa.RecordBatch) -> Outcomes:
        """Views an Arrow batch of leaves or flat rows."""
        some = batch.num_rows > 0
        return Outcomes(
            group=batch.column("group")[0].as_py() if some else -1,
            group_name=batch.column("group_name")[0].as_py() if some else "",
            leaf=numbers(batch.column("leaf")),
            rollout=numbers(batch.column("rollout")),
            reward=numbers_or_nan(batch.column("reward")),
            status=numbers(batch.column("status")),
            weight=numbers(batch.column("weight")),
            advantage=numbers_or_nan(batch.column("advantage")),
            tree=numbers(batch.column("tree")),
            _stop=batch.column("stop"),
            _components=batch.column("components"),
        )


@dataclass(frozen=True)
class FlatGroup:
    """One row per path, shared tokens in every row that runs through them.

    ``loss_mask`` is 1 on sampled tokens and 0 everywhere on a path without a reward;
    ``advantages`` is None where the group has none.
    """

    outcomes: Outcomes
    tokens: Ragged[Int32]
    prompt_len: Int32
    loss_mask: Ragged[Int8]
    logprobs: Ragged[Float32]
    advantages: Ragged[Float32] | None
    version_runs: VersionRuns
    spans: Spans

    def __len__(self) -> int:
        return len(self.outcomes)

    @property
    def nbytes(self) -> int:
        """Bytes of the tokens' columns: ids, log-probabilities, mask and advantages."""
        return _nbytes(self.tokens, self.logprobs, self.loss_mask, self.advantages)

    def split(self, path: int) -> tuple[Int32, Int32]:
        """Cuts a path before its first sampled token: prompt and the rest."""
        tokens = self.tokens[path]
        cut = int(self.prompt_len[path])
        return tokens[:cut], tokens[cut:]

    @staticmethod
    def of(batch: pa.RecordBatch) -> FlatGroup:
        """Views an Arrow batch."""
        advantages = batch.column("advantages")
        has_advantages = batch.num_rows > 0 and advantages.null_count == 0
        return FlatGroup(
            outcomes=Outcomes.of(batch),
            tokens=ragged(batch.column("tokens")),
            prompt_len=numbers(batch.column("prompt_len")),
            loss_mask=ragged(batch.column("loss_mask")),
            logprobs=ragged(batch.column("logprobs")),
            advantages=ragged(advantages) if has_advantages else None,
            version_runs=VersionRuns.of(batch.column("version_runs")),
            spans=Spans.of(batch.column("spans")),
        )


@dataclass(frozen=True)
class PackedGroup:
    """A forest of nodes in depth-first pre-order and the paths that end in it.

    ``parent`` is -1 at a root. ``multiplicity`` counts the paths with a reward through a node.
    ``leaf_node`` is the row of each path's last node.
    """

    outcomes: Outcomes
    leaf_node: Int32
    node: Int32
    parent: Int32
    start_pos: Int32
    turn: Int16
    kind: Int8
    tokens: Ragged[Int32]
    logprobs: Ragged[Float32]
    loss_mask: Ragged[Int8]
    advantages: Ragged[Float32]
    has_advantages: bool
    multiplicity: Int32
    path_weight: Float32
    version_runs: VersionRuns
    kv_version: Int32
    cached_tokens: Int32
    spans: Spans
    tree: Int32
    source: Int32

    def __len__(self) -> int:
        return len(self.node)

    @property
    def nbytes(self) -> int:
        """Bytes of the tokens' columns: ids, log-probabilities, mask and advantages."""
        return _nbytes(self.tokens, self.logprobs, self.loss_mask, self.advantages)

    @staticmethod
    def of(nodes: pa.RecordBatch, leaves: pa.RecordBatch) -> PackedGroup:
        """Views a batch of nodes and its batch of leaves."""
        advantages = nodes.column("advantages")
        return PackedGroup(
            outcomes=Outcomes.of(leaves),
            leaf_node=numbers(leaves.column("node")),
            node=numbers(nodes.column("node")),
            parent=numbers(nodes.column("parent")),
            start_pos=numbers(nodes.column("start_pos")),
            turn=numbers(nodes.column("turn")),
            kind=numbers(nodes.column("kind")),
            tokens=ragged(nodes.column("tokens")),
            logprobs=ragged(nodes.column("logprobs")),
            loss_mask=ragged(nodes.column("loss_mask")),
            advantages=ragged(advantages),
            has_advantages=advantages.null_count < len(advantages),
            multiplicity=numbers(nodes.column("multiplicity")),
            path_weight=numbers(nodes.column("path_weight")),
            version_runs=VersionRuns.of(nodes.column("version_runs")),
            kv_version=numbers(nodes.column("kv_version")),
            cached_tokens=numbers(nodes.column("cached_tokens")),
            spans=Spans.of(nodes.column("spans")),
            tree=numbers(nodes.column("tree")),
            source=numbers(nodes.column("source")),
        )

    def path(self, leaf: int) -> Int32:
        """Lists the nodes from the root to the end of a path."""
        nodes = []
        node = int(self.leaf_node[leaf])
        while node >= 0:
            nodes.append(node)
            node = int(self.parent[node])
        return np.array(nodes[::-1], dtype=np.int32)

    def loss_weight(self) -> Float32:
        """Returns per packed token how often the flat form trains it: mask times multiplicity.

        The flat form's mean over trained tokens is ``sum(weight * f) / sum(weight)``.
        """
        repeated = np.repeat(self.multiplicity, self.tokens.lengths)
        return (repeated * self.loss_mask.values).astype(np.float32)

    def token_advantages(self) -> Float32:
        """Returns one advantage per packed token, 0 on nodes that have none."""
        filled = np.zeros(len(self.tokens.values), dtype=np.float32)
        lengths = self.advantages.lengths
        filled[gather(self.tokens.offsets[:-1], lengths)] = self.advantages.values
        return filled

    def positions(self) -> Int32:
        """Returns the position of every packed token on its path, as a model's position id."""
        lengths = self.tokens.lengths
        inside = gather(np.zeros(len(lengths), dtype=np.int32), lengths)
        return (np.repeat(self.start_pos, lengths) + inside).astype(np.int32)

    def expand(self) -> FlatGroup:
        """Copies every shared token into each path that runs through it."""
        paths = [self.path(leaf) for leaf in range(len(self.outcomes))]
        nodes = np.concatenate(paths) if paths else np.empty(0, dtype=np.int32)
        path_of = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
        lengths = self.tokens.lengths[nodes]
        places = gather(self.tokens.offsets[nodes], lengths)
        row_offsets = _offsets(np.bincount(path_of, lengths, minlength=len(paths)))
        scored = np.repeat(self.outcomes.scored[path_of], lengths)
        runs, prompt_len = self._expand_versions(nodes, path_of, np.diff(row_offsets))
        advantages = (
            Ragged(self.token_advantages()[places], row_offsets) if self.has_advantages else None
        )
        return FlatGroup(
            outcomes=self.outcomes,
            tokens=Ragged(self.tokens.values[places], row_offsets),
            prompt_len=prompt_len,
            loss_mask=Ragged(
                np.where(scored, self.loss_mask.values[places], np.int8(0)), row_offsets
            ),
            logprobs=Ragged(self.logprobs.values[places], row_offsets),
            advantages=advantages,
            version_runs=runs,
            spans=self._expand_spans(nodes, path_of, len(paths)),
        )

    def _expand_versions(
        self, nodes: Int32, path_of: Int64, lengths: Int32
    ) -> tuple[VersionRuns, Int32]:
        counts = np.diff(self.version_runs.offsets)[nodes]
        places = gather(self.version_runs.offsets[nodes], counts)
        version = self.version_runs.version[places]
        length = self.version_runs.length[places]
        path = np.repeat(path_of, counts)
        begins = np.ones(len(version), dtype=bool)
        begins[1:] = (version[1:] != version[:-1]) | (path[1:] != path[:-1])
        first = np.flatnonzero(begins)
        merged = np.add.reduceat(length, first) if len(first) else length
        run_offsets = _offsets(np.bincount(path[first], minlength=len(lengths)))
        runs = VersionRuns(version[first], merged.astype(np.int32), run_offsets)
        return runs, _prompt_lengths(runs, lengths)

    def _expand_spans(self, nodes: Int32, path_of: Int64, paths: int) -> Spans:
        counts = np.diff(self.spans.offsets)[nodes]
        places = gather(self.spans.offsets[nodes], counts)
        shift = np.repeat(self.start_pos[nodes], counts)
        return Spans(
            (self.spans.start[places] + shift).astype(np.int32),
            self.spans.length[places],
            self.spans.kind[places],
            self.spans.call[places],
            _offsets(np.bincount(path_of, counts, minlength=paths)),
        )


def _prompt_lengths(runs: VersionRuns, lengths: Int32) -> Int32:
    """A path's prompt ends where its first sampled run begins."""
    prompt = np.array(lengths, dtype=np.int32)
    for path in range(len(lengths)):
        first = runs.offsets[path]
        if first < runs.offsets[path + 1]:
            prompt[path] = runs.length[first] if runs.version[first] == NOT_SAMPLED else 0
    return prompt


def _offsets(lengths: Any) -> Int32:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)


def _nbytes(*columns: Ragged[Any] | None) -> int:
    return sum(column.values.nbytes for column in columns if column is not None)
