"""What the engine says about itself, and what it hands over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from coppice_rl.errors import FormatError
from coppice_rl.header import Header
from coppice_rl.rows import FlatGroup, PackedGroup

G = TypeVar("G", PackedGroup, FlatGroup)


@dataclass(frozen=True)
class Counts:
    """Where the groups are; ``issued`` is always the sum of those after it."""

    submitted: int
    queued: int
    issued: int
    in_flight: int
    sealed: int
    offered: int
    acknowledged: int
    dropped: Mapping[str, int]
    quarantined: Mapping[str, int]

    @property
    def consumed(self) -> int:
        """Groups that no longer hold the engine back."""
        return self.acknowledged + sum(self.dropped.values()) + sum(self.quarantined.values())

    @property
    def balanced(self) -> bool:
        """Whether every issued group is accounted for."""
        return self.issued == self.in_flight + self.sealed + self.offered + self.consumed

    @staticmethod
    def of(counts: Mapping[str, Any]) -> Counts:
        """Reads the counts of a status."""
        return Counts(
            submitted=int(counts.get("submitted", 0)),
            queued=int(counts.get("queued", 0)),
            issued=int(counts["issued"]),
            in_flight=int(counts["in_flight"]),
            sealed=int(counts["sealed"]),
            offered=int(counts["offered"]),
            acknowledged=int(counts["acknowledged"]),
            dropped=dict(counts["dropped"]),
            quarantined=dict(counts["quarantined"]),
        )


@dataclass(frozen=True)
class Status:
    """How the engine stands; ``raw`` is the whole answer."""

    run: str
    model: str
    policy_version: int
    paused: bool
    staleness: int
    batch: int
    may_issue: int
    counts: Counts
    raw: Mapping[str, Any]

    @staticmethod
    def of(answer: Mapping[str, Any]) -> Status:
        """Reads the answer to ``status``, ``pause`` and ``resume``."""
        try:
            return Status(
                run=str(answer["run"]),
                model=str(answer["model"]),
                policy_version=int(answer["policy_version"]),
                paused=bool(answer["paused"]),
                staleness=int(answer["staleness"]),
                batch=int(answer["batch"]),
                may_issue=int(answer["may_issue"]),
                counts=Counts.of(answer["counts"]),
                raw=answer,
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise FormatError(f"the engine's status lacks {fault}: {str(answer)[:200]}") from fault


@dataclass(frozen=True)
class Acknowledged:
    """What became of an acknowledgement; unknown groups changed nothing."""

    acknowledged: int
    already: int
    unknown: tuple[int, ...]

    @staticmethod
    def of(answer: Mapping[str, Any]) -> Acknowledged:
        """Reads the answer to an acknowledgement."""
        return Acknowledged(
            int(answer["acknowledged"]),
            int(answer["already"]),
            tuple(int(group) for group in answer["unknown"]),
        )


@dataclass(frozen=True)
class Batch(Generic[G]):
    """Whole prompt groups, in the order the engine offered them."""

    groups: tuple[G, ...]
    header: Header

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids to acknowledge."""
        return tuple(group.outcomes.group for group in self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[G]:
        return iter(self.groups)

    def __getitem__(self, index: int) -> G:
        return self.groups[index]

    @property
    def nbytes(self) -> int:
        """Bytes of the tokens' columns: ids, log-probabilities, mask and advantages."""
        return sum(group.nbytes for group in self.groups)
