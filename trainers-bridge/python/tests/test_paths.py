"""Paths: what every adapter is made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import coppice_rl
from coppice_rl.adapters import paths

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["seg-000001", "seg-000002"])
def test_a_path_is_its_row_cut_at_the_first_sampled_token(name: str) -> None:
    segment = coppice_rl.Segment(DATA, name)
    rows = list(paths(segment, marks="keep", per="path"))
    flats = [segment.flat(index) for index in range(len(segment))]
    assert len(rows) == sum(len(flat) for flat in flats)
    flat = flats[0]
    for place, row in enumerate(rows[: len(flat)]):
        assert row.prompt + row.completion == flat.tokens[place].tolist()
        assert len(row.prompt) == flat.prompt_len[place]
        assert not row.loss_mask[: row.prompt_len].any()
        assert row.trained == bool(flat.loss_mask[place].any())
        assert row.trained <= bool(~np.isnan(row.reward))
        assert row.first_version <= row.last_version


def test_versions_are_those_of_the_sampled_tokens() -> None:
    segment = coppice_rl.Segment(DATA, "seg-000002")
    row = next(path for path in paths(segment, marks="keep", per="path") if path.trained)
    flat = segment.flat(0)
    place = [path.leaf for path in paths([flat], marks="keep", per="path")].index(row.leaf)
    runs = flat.version_runs
    versions = runs.version[runs.offsets[place] : runs.offsets[place + 1]]
    assert row.first_version == versions[versions >= 0].min()
    assert row.last_version == versions[versions >= 0].max()
