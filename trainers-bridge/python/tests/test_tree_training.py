"""Training on trees as they are equals training on their paths: loss, gradients, log-probs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import coppice_rl

torch = pytest.importorskip("torch", reason="torch is not installed")

DATA = Path(__file__).parent / "data"
PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def example() -> Any:
    place = PROJECT / "examples" / "python" / "tree_training.py"
    specification = importlib.util.spec_from_file_location("tree_training", place)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture()
def model(example: Any) -> Any:
    return example.Llama(PROJECT / "models" / "tiny-policy")


def groups() -> list[Any]:
    """Groups of the shipped policy on ``drawers`` whose paths did not all end alike."""
    every = list(coppice_rl.Segment(DATA / "drawers", "seg-000001"))
    return [group for group in every if np.abs(group.token_advantages()).max() > 0]


def flat_loss(example: Any, model: Any, flat: Any, clip: float = 0.2) -> Any:
    """The loss over one row per path, as a trainer without trees computes it."""
    total, count = 0.0, 0
    for path in range(len(flat)):
        tokens = torch.from_numpy(flat.tokens[path].astype(np.int64))
        trained = torch.from_numpy(flat.loss_mask[path].astype(bool))
        causal = torch.ones(len(tokens), len(tokens), dtype=torch.bool).tril()
        logits = model(tokens, torch.arange(len(tokens)), causal)[:-1].log_softmax(-1)
        logprobs = logits.gather(1, tokens[1:, None])[:, 0][trained[1:]]
        old = torch.from_numpy(flat.logprobs[path].copy())[trained]
        advantages = torch.from_numpy(flat.advantages[path].copy())[trained]
        total = total + example.clipped(logprobs, old, advantages, clip).sum()
        count += len(old)
    return total / count


def gradients(model: Any, loss: Any) -> dict[str, Any]:
    for weight in model.weights.values():
        weight.grad = None
    loss.backward()
    return {name: weight.grad.clone() for name, weight in model.weights.items()}


@pytest.mark.parametrize("place", range(len(groups())))
def test_packed_loss_and_gradients_equal_the_flat_ones(
    example: Any, model: Any, place: int
) -> None:
    group = groups()[place]
    with torch.no_grad():  # a policy that has moved: ratios on both sides of the clip
        torch.manual_seed(place)
        for weight in model.weights.values():
            weight.add_(0.03 * torch.randn_like(weight))
    packed, _ = example.tree_loss(model, group)
    by_tree = gradients(model, packed)
    flat = flat_loss(example, model, group.expand())
    by_path = gradients(model, flat)
    assert abs(packed.item() - flat.item()) < 1e-5
    for name, gradient in by_tree.items():
        difference = (gradient - by_path[name]).abs().max().item()
        assert difference < 1e-5, f"{name} differs by {difference}"
    assert max(gradient.abs().max() for gradient in by_path.values()) > 1e-3


@pytest.mark.parametrize("place", range(len(groups())))
def test_recomputed_logprobs_are_the_sampled_ones(example: Any, model: Any, place: int) -> None:
    _, mismatch = example.tree_loss(model, groups()[place])
    assert mismatch < 1e-4


def test_a_wrong_ancestor_mask_would_be_noticed(example: Any, model: Any) -> None:
    group = groups()[0]
    right, before = example.packed(group)
    plain = torch.ones_like(right).tril()
    assert (right != plain).any()
    example.packed = lambda _: (plain, before)
    _, mismatch = example.tree_loss(model, group)
    assert mismatch > 1e-2
