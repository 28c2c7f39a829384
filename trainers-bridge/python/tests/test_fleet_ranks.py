"""A fleet over two machines and two ranks of one trainer: Ray's own multi-node test cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import LAUNCHER, PROJECT

import coppice_rl

ray = pytest.importorskip("ray", reason='ray is not installed: pip install "coppice-rl[ray]"')
pytest.importorskip("cryptography")

import coppice_rl.ray as fleet  # noqa: E402

pytestmark = pytest.mark.slow

MODEL = PROJECT / "models" / "tiny-policy"
CONFIG = PROJECT / "examples" / "countdown.toml"
OVERRIDES = {"tree.trees": 1, "tree.division": "independent", "model.threads": 1, "run.journal": False}
WAIT_S = 240.0


@pytest.fixture(scope="module")
def machines(built: None) -> Iterator[Any]:
    """Two machines of two processors each, as far as Ray can tell."""
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    os.environ.setdefault("RAY_raylet_start_wait_time_s", "180")
    # Machines have the package installed; these here share this one's sources.
    sources = str(Path(coppice_rl.__file__).parents[1])
    os.environ["PYTHONPATH"] = os.pathsep.join([sources, os.environ.get("PYTHONPATH", "")])
    from ray.cluster_utils import Cluster

    ray.shutdown()
    for attempt in range(3):  # a node that is slow to start on a busy machine is given up by Ray
        cluster = Cluster()
        try:
            cluster.add_node(num_cpus=2)
            cluster.add_node(num_cpus=2)
            break
        except Exception:
            cluster.shutdown()
            if attempt == 2:
                raise
    ray.init(address=cluster.address, log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@ray.remote(num_cpus=0.1)
class Rank:
    """A process of a trainer."""

    def __init__(self, shard: fleet.Shard) -> None:
        self.shard = shard

    def pid(self) -> int:
        return os.getpid()

    def train(self, groups: int, updates: int, model: str, acknowledges: bool = True) -> list[Any]:
        """Takes batches and ends updates; the first rank makes the weights."""
        seen = []
        weights = {name: np.array(t) for name, t in coppice_rl.read_weights(model).items()}
        batches = self.shard.batches(groups, total=groups * updates, timeout_s=WAIT_S)
        for batch in batches:
            seen.append([(int(g.outcomes.group), len(g.tokens.values)) for g in batch])
            if not acknowledges:
                return seen
            weights["model.norm.weight"] *= 0.99
            self.shard.step(batch, weights if self.shard.rank == 0 else None)
        return seen


def test_two_ranks_on_two_machines_get_whole_groups_once(machines: Any, tmp_path: Path) -> None:
    each, updates = 4, 3
    with fleet.start(
        CONFIG,
        engines=2,
        resources={"CPU": 1},
        sink=tmp_path / "sink",
        overrides=OVERRIDES,
        coppice=LAUNCHER,
        batch=8,
        staleness=1,
        base=MODEL,
    ) as f:
        f.await_ready(WAIT_S, engines=2)
        assert len({engine["machine"] for engine in f.status().engines}) >= 1
        f.submit(count=2 * each * updates)
        # A rank that dies with its batch in hand: the one after it gets those groups again.
        lost = Rank.remote(f.shard(1, 2))
        rank = Rank.remote(f.shard(0, 2))
        first = rank.train.remote(each, updates, str(MODEL))
        taken = ray.get(lost.train.remote(each, updates, str(MODEL), acknowledges=False))
        os.kill(ray.get(lost.pid.remote()), signal.SIGKILL)
        other = Rank.remote(f.shard(1, 2))
        seen = ray.get([first, other.train.remote(each, updates, str(MODEL))], timeout=WAIT_S)
        numbers = sorted(n for batches in seen for batch in batches for n, _ in batch)
        assert numbers == list(range(2 * each * updates)), (numbers, taken)
        assert [len(batch) for batches in seen for batch in batches] == [each] * 2 * updates
        # Dealt in turns of the largest, no two hands differ by more than the largest group.
        for mine, others in zip(*seen):
            tokens = [sum(t for _, t in hand) for hand in (mine, others)]
            assert abs(tokens[0] - tokens[1]) <= max(t for _, t in [*mine, *others])
        assert f.policy_version == updates and f.status().counts.balanced
        assert f.status().counts.acknowledged == len(numbers)
        with pytest.raises(ValueError, match="rank=2 must be 0 to 1"):
            f.shard(2, 2)
    with pytest.raises(coppice_rl.EngineError, match="no fleet named"):
        fleet.attach("nobody")
