"""What a fleet says of itself, and what it holds of a group."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from coppice_rl.batch import Counts, Status
from coppice_rl.header import Header
from coppice_rl.ray.sink import Origin
from coppice_rl.rows import FlatGroup, PackedGroup

if TYPE_CHECKING:
    from coppice_rl.ray.link import Link, Sealed


@dataclass
class Arrived:
    """A group that an engine has sealed, and where it is.

    ``group`` is here where one trainer takes all; where several ranks do, each fetches its own from
    the engine, and ``fetched`` says that it has.
    """

    number: int
    tokens: int
    oldest_version: int | None
    link: Link
    owner: str
    origin: Origin
    location: str
    group: PackedGroup | None = None
    header: Header | None = None
    rank: int = 0
    fetched: bool = False

    @staticmethod
    def of(group: PackedGroup, header: Header, link: Link) -> Arrived:
        """Notes a group that came to the driver."""
        versions = group.version_runs.version
        sampled = versions[versions >= 0]
        return Arrived(
            number=int(group.outcomes.group),
            tokens=len(group.tokens.values),
            oldest_version=int(sampled.min()) if len(sampled) else None,
            link=link,
            owner=link.owner,
            origin=link.origin,
            location=str(link.hello.get("location", "")),
            group=group,
            header=header,
            fetched=True,
        )


    @staticmethod
    def noticed(sealed: Sealed, link: Link) -> Arrived:
        """Notes a group that waits at its engine."""
        return Arrived(
            number=sealed.number,
            tokens=sealed.tokens,
            oldest_version=sealed.oldest_version,
            link=link,
            owner=link.owner,
            origin=link.origin,
            location=str(link.hello.get("location", "")),
        )


@dataclass(frozen=True)
class FleetStatus(Status):
    """How a fleet stands: what an engine says, added up, and more.

    ``engines`` says of each place its machine, version, lives and whether it is ready. In ``counts``
    queued groups wait for a lease, groups in flight are leased, sealed ones are in hand and offered
    ones with the trainer. ``refused`` came twice or too late, ``regrown`` were too old.
    """

    engines: tuple[Mapping[str, Any], ...] = ()
    refused: int = 0
    regrown: int = 0
    events: tuple[str, ...] = ()


@dataclass
class Tallies:
    """What is counted while a driver lives."""

    refused: int = 0
    regrown: int = 0
    events: deque[str] = field(default_factory=lambda: deque(maxlen=1000))


def counts_of(
    record: Mapping[str, int], waiting: int, leased: int, sealed: int, offered: int
) -> Counts:
    """Puts together the record's counts and those of the groups that are open."""
    prefix = "dropped:"
    return Counts(
        submitted=record["submitted"],
        queued=waiting,
        issued=record["submitted"] - waiting,
        in_flight=leased,
        sealed=sealed,
        offered=offered,
        acknowledged=record["acknowledged"],
        dropped={
            name[len(prefix) :]: count
            for name, count in record.items()
            if name.startswith(prefix)
        },
        quarantined={},
    )


def facts_of(group: PackedGroup) -> dict[str, float]:
    """Counts a group for the record: paths, draws, and the sum of the rewards of scored draws."""
    outcomes = group.outcomes
    scored = outcomes.scored
    return {
        "paths": len(outcomes),
        "draws": int(outcomes.draws.sum()),
        "scored": int(outcomes.draws[scored].sum()),
        "reward": float((outcomes.reward[scored] * outcomes.draws[scored]).sum()),
    }


def checked(groups: int, form: str, total: int | None, update: int | None, per: str) -> None:
    """Refuses wrong parameters of ``batches``, by name."""
    if groups < 1 or (total is not None and total < 0) or form not in ("tree", "flat"):
        raise ValueError(
            f"groups={groups} must be 1 or more, total={total} 0 or more, form={form} tree or flat"
        )
    if update is not None and update < 1:
        raise ValueError(f"update={update} must be 1 or more groups")
    if per not in ("path", "draw") or (per == "draw" and form != "flat"):
        raise ValueError(f"per={per!r} must be path, or draw where form is flat; form={form}")


def shaped(
    groups: tuple[PackedGroup, ...], form: str, per: Literal["path", "draw"]
) -> tuple[PackedGroup | FlatGroup, ...]:
    """Gives groups the form that was asked for."""
    return groups if form == "tree" else tuple(group.expand(per=per) for group in groups)
