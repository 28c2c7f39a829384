"""Deals whole groups to the ranks of one trainer, so that each has as many tokens as the others."""

from __future__ import annotations

from collections.abc import Sequence


def dealt(tokens: Sequence[int], ranks: int, each: int) -> list[list[int]]:
    """Deals the places of groups: the largest first, each to the rank with the fewest tokens.

    With this order no rank has more than the mean plus the largest group. Where there are fewer
    than ``ranks * each`` groups some ranks have fewer.

    :param tokens: of each group.
    :param ranks: how many deal.
    :param each: the most groups a rank takes.
    :returns: for each rank the places of its groups, in order.
    """
    if len(tokens) > ranks * each:
        raise ValueError(f"{len(tokens)} groups are more than {each} for each of {ranks} ranks")
    hands: list[list[int]] = [[] for _ in range(ranks)]
    sums = [0] * ranks
    for place in sorted(range(len(tokens)), key=lambda place: (-tokens[place], place)):
        open_ranks = [rank for rank in range(ranks) if len(hands[rank]) < each]
        rank = min(open_ranks, key=lambda rank: (sums[rank], len(hands[rank]), rank))
        hands[rank].append(place)
        sums[rank] += tokens[place]
    return [sorted(hand) for hand in hands]
