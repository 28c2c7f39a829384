"""A fleet of engines on Ray, used as one: nothing lost, nothing trained twice.

::

    import ray, coppice_rl.ray as fleet

    ray.init("auto")
    with fleet.start("examples/drawers.toml", engines=8, resources={"CPU": 4}) as f:
        f.submit(count=10_000)
        for batch in f.batches(groups=256, total=10_000):
            ...
            f.step(batch, model.state_dict())      # acknowledged and published in one call

Read in this order: :mod:`coppice_rl.ray.sink` for what is durable, :mod:`coppice_rl.ray.issuer` for
who grows which groups, :mod:`coppice_rl.ray.actor` for the engine of one machine,
:mod:`coppice_rl.ray.link` for the driver's side of it, :mod:`coppice_rl.ray.driver` for the fleet.
"""

try:
    import cryptography  # noqa: F401
    import ray  # noqa: F401
except ImportError as fault:
    raise ImportError(
        f'a fleet needs Ray and cryptography ({fault}): pip install "coppice-rl[ray]"'
    ) from fault

from coppice_rl.ray.driver import Fleet
from coppice_rl.ray.link import Timeouts
from coppice_rl.ray.shard import Attached, Shard, attach
from coppice_rl.ray.sink import Sink
from coppice_rl.ray.standing import FleetStatus
from coppice_rl.ray.starting import start

__all__ = [
    "Attached",
    "Fleet",
    "FleetStatus",
    "Shard",
    "Sink",
    "Timeouts",
    "attach",
    "start",
]
