"""A prompt group as columns: tree-packed, each shared token once, or flat, one row per path.

``PackedGroup.expand()`` gives the flat form exactly, number by number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

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
    ragged,
)
from coppice_rl.kept import Kept
from coppice_rl.runs import (
    NOT_SAMPLED,
    Marks,
    Spans,
    VersionRuns,
    draws_of,
    knows_draws,
)
from coppice_rl.trace import MARKS


@dataclass(frozen=True)
class Outcomes:
    """How the paths of a group ended, one row per path, or per draw where they were repeated.

    ``draws`` counts the samples that are this path, token for token; ``weight`` is the share of the
    group that all of them have together. ``reward`` and ``advantage`` are NaN where unknown; ``status`` is a code of
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
    draws: Int32
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

    def per_draw(self) -> Outcomes:
        """Repeats every path for each of its draws; ``rollout`` numbers the rows anew."""
        row = np.repeat(np.arange(len(self)), self.draws)
        first = (self.rollout - self.leaf)[row]
        return replace(
            self,
            leaf=self.leaf[row],
            rollout=(first + np.arange(len(row))).astype(np.int64),
            reward=self.reward[row],
            status=self.status[row],
            weight=(self.weight / self.draws).astype(np.float32)[row],
            advantage=self.advantage[row],
            tree=self.tree[row],
            draws=np.ones(len(row), dtype=np.int32),
            _stop=self._stop.take(pa.array(row)),
            _components=self._components.take(pa.array(row)),
        )

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
            draws=draws_of(batch, "draws"),
            _stop=batch.column("stop"),
            _components=batch.column("components"),
        )


@dataclass(frozen=True)
class FlatGroup:
    """One row per path, shared tokens in every row that runs through them.

    A row stands for ``outcomes.draws`` samples: a loss over rows weighs each by them, as
    ``loss_weight`` does, or takes ``per_draw`` instead, which repeats them.

    ``loss_mask`` is 1 on sampled tokens and 0 everywhere on a path without a reward;
    ``advantages`` is None where the group has none, ``kept`` where ``bridge.kept`` is off.
    """

    outcomes: Outcomes
    tokens: Ragged[Int32]
    prompt_len: Int32
    loss_mask: Ragged[Int8]
    logprobs: Ragged[Float32]
    advantages: Ragged[Float32] | None
    version_runs: VersionRuns
    spans: Spans
    marks: Marks
    kept: Kept | None = None

    def __len__(self) -> int:
        return len(self.outcomes)

    def loss_weight(self) -> Float32:
        """Returns per token how many samples train it: mask times draws."""
        repeated = np.repeat(self.outcomes.draws, self.tokens.lengths)
        return (repeated * self.loss_mask.values).astype(np.float32)

    def per_draw(self) -> FlatGroup:
        """Repeats every row for each of its draws; a group of single draws is given back."""
        if (self.outcomes.draws == 1).all():
            return self
        row = np.repeat(np.arange(len(self)), self.outcomes.draws)
        runs, spans, marks = self.version_runs, self.spans, self.marks
        run_places, run_offsets = _rows_of(runs.offsets, row)
        span_places, span_offsets = _rows_of(spans.offsets, row)
        mark_places, mark_offsets = _rows_of(marks.offsets, row)
        return FlatGroup(
            outcomes=self.outcomes.per_draw(),
            tokens=_repeated(self.tokens, row),
            prompt_len=self.prompt_len[row],
            loss_mask=_repeated(self.loss_mask, row),
            logprobs=_repeated(self.logprobs, row),
            advantages=None if self.advantages is None else _repeated(self.advantages, row),
            version_runs=VersionRuns(
                runs.version[run_places], runs.length[run_places], run_offsets
            ),
            spans=Spans(
                spans.start[span_places],
                spans.length[span_places],
                spans.kind[span_places],
                spans.call[span_places],
                span_offsets,
            ),
            marks=Marks(
                marks.start[mark_places],
                marks.length[mark_places],
                marks.mark[mark_places],
                mark_offsets,
            ),
            kept=None if self.kept is None else self.kept.take(row),
        )

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
            marks=Marks.of(batch),
            kept=Kept.read(batch),
        )


@dataclass(frozen=True)
class PackedGroup:
    """A forest of nodes in depth-first pre-order and the paths that end in it.

    ``parent`` is -1 at a root. ``multiplicity`` counts the paths with a reward through a node.
    ``draws`` counts the samples that run through a node, with a reward or without, and ``tree_draws``
    those that begin at the root of its tree. ``provenance`` names the marks of each node.
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
    draws: Int32
    tree_draws: Int32
    _provenance: pa.Array | None
    kept: Kept | None = None

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
            draws=draws_of(nodes, "draws"),
            tree_draws=draws_of(nodes, "tree_draws"),
            _provenance=(nodes.column("provenance") if knows_draws(nodes, "provenance") else None),
            kept=Kept.read(nodes),
        )

    @cached_property
    def provenance(self) -> tuple[tuple[str, ...], ...]:
        """The marks of each node, read when they are first asked for."""
        if self._provenance is None:
            return ((),) * len(self)
        return tuple(tuple(marks) for marks in self._provenance.to_pylist())

    def marked(self, mark: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Says of each node whether it has a mark."""
        if self._provenance is None or len(items(self._provenance)) == 0:
            return np.zeros(len(self), dtype=bool)
        return np.array([mark in marks for marks in self.provenance], dtype=bool)

    @cached_property
    def scored_draws(self) -> Int32:
        """Counts for each node the draws with a reward that run through it."""
        draws = np.zeros(len(self), dtype=np.int32)
        ended = np.where(self.outcomes.scored, self.outcomes.draws, 0)
        np.add.at(draws, self.leaf_node, ended.astype(np.int32))
        for node in range(len(self) - 1, -1, -1):
            parent = self.parent[node]
            if parent >= 0:
                draws[parent] += draws[node]
        return draws

    def path(self, leaf: int) -> Int32:
        """Lists the nodes from the root to the end of a path."""
        nodes = []
        node = int(self.leaf_node[leaf])
        while node >= 0:
            nodes.append(node)
            node = int(self.parent[node])
        return np.array(nodes[::-1], dtype=np.int32)

    def loss_weight(self, rule: Literal["draws", "paths"] = "draws") -> Float32:
        """Returns per packed token what it weighs in the loss: mask times its node's weight.

        The mean over trained tokens is ``sum(weight * f) / sum(weight)``.

        :param rule: ``draws`` counts the draws with a reward through a node: the flat form's mean.
            ``paths`` takes these draws' path weights instead, what the estimator ``coppice`` asks
            for where a fork depends on what was drawn; a tree weighs as many as its draws.
        """
        if rule not in ("draws", "paths"):
            raise ValueError(f"rule={rule!r} must be 'draws' or 'paths'")
        weight = self.scored_draws if rule == "draws" else self._scored_path_weight()
        repeated = np.repeat(weight, self.tokens.lengths)
        return (repeated * self.loss_mask.values).astype(np.float32)

    def _scored_path_weight(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Sums for each node the path weights of the scored paths through it."""
        weight = np.zeros(len(self), dtype=np.float64)
        ends = self.leaf_node[self.outcomes.scored]
        np.add.at(weight, ends, self.path_weight[ends].astype(np.float64) * self.tree_draws[ends])
        for node in range(len(self) - 1, -1, -1):
            if self.parent[node] >= 0:
                weight[self.parent[node]] += weight[node]
        return weight

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

    def expand(self, per: Literal["path", "draw"] = "path") -> FlatGroup:
        """Copies every shared token into each path that runs through it.

        :param per: ``path`` gives one row per distinct path, weighted by ``outcomes.draws``; ``draw``
            one row per sample. Both give the same loss.
        """
        if per not in ("path", "draw"):
            raise ValueError(f"per={per!r} must be path or draw")
        flat = self._expand()
        return flat.per_draw() if per == "draw" else flat

    def _expand(self) -> FlatGroup:
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
            marks=self._expand_marks(nodes, path_of, len(paths)),
            kept=None if self.kept is None else self.kept.take(nodes).joined(path_of, len(paths)),
        )

    def _expand_marks(self, nodes: Int32, path_of: Int64, paths: int) -> Marks:
        by_mark = np.array([self.marked(mark) for mark in MARKS], dtype=bool).T[nodes]
        place, mark = np.nonzero(by_mark.reshape(len(nodes), len(MARKS)))
        marked = nodes[place]
        return Marks(
            self.start_pos[marked],
            self.tokens.lengths[marked],
            mark.astype(np.int8),
            _offsets(np.bincount(path_of[place], minlength=paths)),
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


def _rows_of(bounds: Int32, rows: Int64) -> tuple[Int64, Int32]:
    """Lists the places of the items of some rows, and their offsets."""
    counts = np.diff(bounds)[rows]
    return gather(bounds[:-1][rows], counts), _offsets(counts)


def _repeated(column: Ragged[Any], rows: Int64) -> Ragged[Any]:
    places, bounds = _rows_of(column.offsets, rows)
    return Ragged(column.values[places], bounds)


def _offsets(lengths: Any) -> Int32:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)


def _nbytes(*columns: Ragged[Any] | None) -> int:
    return sum(column.values.nbytes for column in columns if column is not None)
