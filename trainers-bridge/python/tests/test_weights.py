"""Weights: what is written is a safetensors folder, and publishing names it rightly."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from scripted import ScriptedEngine

import coppice_rl

MODEL = Path(__file__).resolve().parents[3] / "models" / "tiny-policy"


def test_weights_survive_writing_and_reading(tmp_path: Path) -> None:
    tensors = {
        "b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a": np.array([1.5, -2.0], dtype=np.float16),
        "c": np.arange(4, dtype=np.int64).reshape(2, 2).T,
        "scalar": np.float64(3.0),
    }
    folder, digest = coppice_rl.weights_folder(tmp_path, 3, tensors, MODEL)
    assert folder.name == f"v3-{digest[:12]}"
    assert hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() == digest
    assert (folder / "tokenizer.json").read_bytes() == (MODEL / "tokenizer.json").read_bytes()
    again = coppice_rl.read_weights(folder)
    assert set(again) == set(tensors)
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(again[name], tensor)
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]


def test_the_safetensors_package_reads_what_is_written(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    folder, _ = coppice_rl.weights_folder(tmp_path, 1, {"a": np.ones((2, 5), np.float32)}, MODEL)
    np.testing.assert_array_equal(
        safetensors.load_file(folder / "model.safetensors")["a"], np.ones((2, 5))
    )


def test_the_shipped_model_is_read() -> None:
    weights = coppice_rl.read_weights(MODEL)
    assert weights["model.embed_tokens.weight"].shape == (42, 96)
    assert all(np.isfinite(tensor).all() for tensor in weights.values())


def test_a_tied_output_layer_is_left_out(tmp_path: Path) -> None:
    one = np.ones((2, 2), np.float32)
    tensors = {"model.embed_tokens.weight": one, "lm_head.weight": one}
    folder, _ = coppice_rl.weights_folder(tmp_path, 1, tensors, MODEL)
    assert set(coppice_rl.read_weights(folder)) == {"model.embed_tokens.weight"}


def test_an_unknown_type_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="tensor a has dtype complex128"):
        coppice_rl.weights_folder(tmp_path, 1, {"a": np.ones(2, np.complex128)}, MODEL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 4, 40, 100_000])
def test_a_torn_file_is_refused(tmp_path: Path, cut: int) -> None:
    content = (MODEL / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(content[:cut])
    with pytest.raises(
        coppice_rl.FormatError, match="model.safetensors is not a whole safetensors file"
    ):
        coppice_rl.read_weights(tmp_path)


def test_a_state_dictionary_is_published_under_the_next_version(
    engine: coppice_rl.Engine, server: ScriptedEngine, tmp_path: Path
) -> None:
    for version in range(1, 6):
        weights = {"a": np.full(3, version, np.float32)}
        assert engine.publish(weights, base=MODEL, into=tmp_path) == version
    assert [body["version"] for body in server.published] == [1, 2, 3, 4, 5]
    kept = sorted(folder.name[:2] for folder in tmp_path.iterdir())
    assert kept == ["v3", "v4", "v5"]
    body = server.published[-1]
    assert json.loads((Path(body["folder"]) / "config.json").read_text())["vocab_size"] == 42


def test_a_folder_is_published_with_its_digest_and_a_wrong_version_is_refused(
    engine: coppice_rl.Engine, tmp_path: Path
) -> None:
    folder, _ = coppice_rl.weights_folder(tmp_path, 1, {"a": np.ones(1, np.float32)}, MODEL)
    with pytest.raises(coppice_rl.RefusedError, match="version=2 must be 1"):
        engine.publish(folder, 2)
    assert engine.publish(folder, 1) == 1
    assert engine.status().policy_version == 1


def test_torch_tensors_are_written_as_they_are(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    tensors = {
        "wide": torch.arange(6.0, requires_grad=True).reshape(2, 3).T,
        "brain": torch.tensor([1.0, -2.5], dtype=torch.bfloat16),
    }
    folder, _ = coppice_rl.weights_folder(tmp_path, 1, tensors, MODEL)
    again = coppice_rl.read_weights(folder)
    np.testing.assert_array_equal(again["wide"], tensors["wide"].detach().numpy())
    np.testing.assert_array_equal(again["brain"], [1.0, -2.5])
