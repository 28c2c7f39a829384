"""Weights as a folder: safetensors written with numpy alone, named by version and digest.

A safetensors file is the length of its header (8 bytes, little-endian), the header as JSON
(``{"name": {"dtype", "shape", "data_offsets": [from, to]}}``), then the bytes of the tensors.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from coppice_rl.errors import FormatError

WEIGHTS = "model.safetensors"
_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
    "BOOL": "|b1",
}
_CODES = {np.dtype(code): name for name, code in _DTYPES.items()}
_TORCH = {
    "torch.float64": "F64",
    "torch.float32": "F32",
    "torch.float16": "F16",
    "torch.bfloat16": "BF16",
    "torch.int64": "I64",
    "torch.int32": "I32",
    "torch.int16": "I16",
    "torch.int8": "I8",
    "torch.uint8": "U8",
    "torch.bool": "BOOL",
}


def read_weights(folder: str | Path) -> dict[str, npt.NDArray[Any]]:
    """Views the tensors of a model folder, memory-mapped; bfloat16 is widened to float32."""
    path = Path(folder) / WEIGHTS
    try:
        content = np.memmap(path, dtype=np.uint8, mode="r")
    except FileNotFoundError as fault:
        raise FormatError(f"{path} is missing; name a model folder") from fault
    except ValueError as fault:
        raise FormatError(f"{path} is not a whole safetensors file: it is empty") from fault
    try:
        (length,) = struct.unpack("<Q", content[:8].tobytes())
        header = json.loads(content[8 : 8 + length].tobytes())
        body = content[8 + length :]
        return {
            name: _viewed(body, entry) for name, entry in header.items() if name != "__metadata__"
        }
    except (struct.error, ValueError, KeyError, TypeError) as fault:
        raise FormatError(f"{path} is not a whole safetensors file: {fault}") from fault


def write_weights(path: Path, tensors: Mapping[str, Any]) -> str:
    """Writes a safetensors file, makes it durable, and returns its SHA-256.

    :param tensors: numpy arrays or torch tensors, by name.
    """
    order = sorted(tensors)
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name in order:
        code, shape, size = _described(name, tensors[name])
        header[name] = {"dtype": code, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for piece in (struct.pack("<Q", len(text)), text):
            digest.update(piece)
            file.write(piece)
        for name in order:  # one tensor at a time: a model is not held twice
            content = _content(tensors[name])
            digest.update(content)
            file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def weights_folder(
    parent: str | Path, version: int, tensors: Mapping[str, Any], base: str | Path
) -> tuple[Path, str]:
    """Makes the folder ``v<version>-<12 digits of the digest>`` and returns it with the digest.

    It is written aside and renamed when it is whole.

    :param tensors: the weights by their names in Hugging Face's layout.
    :param base: model folder whose configuration and tokenizer the new one takes over.
    """
    parent, base = Path(parent), Path(base)
    parent.mkdir(parents=True, exist_ok=True)
    aside = parent / f".v{version}-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        config = json.loads((base / "config.json").read_text())
        for file in sorted(base.glob("*.json")):
            if not file.name.endswith(".index.json"):
                shutil.copyfile(file, aside / file.name)
        digest = write_weights(aside / WEIGHTS, _untied(tensors, config))
        final = parent / f"v{version}-{digest[:12]}"
        shutil.rmtree(final, ignore_errors=True)
        aside.rename(final)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return final, digest


def digest_of(folder: str | Path) -> str:
    """Returns the SHA-256 of the weights of a model folder."""
    with (Path(folder) / WEIGHTS).open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _untied(tensors: Mapping[str, Any], config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leaves out the output layer where it is the embedding under a second name."""
    if not config.get("tie_word_embeddings", False):
        return tensors
    return {name: tensor for name, tensor in tensors.items() if name != "lm_head.weight"}


def _described(name: str, tensor: Any) -> tuple[str, list[int], int]:
    """Returns a tensor's code, shape and size in bytes."""
    if _is_torch(tensor):
        size = tensor.numel() * tensor.element_size()
        code = _TORCH.get(str(tensor.dtype))
    else:
        tensor = np.asarray(tensor)
        size = tensor.nbytes
        code = _CODES.get(tensor.dtype.newbyteorder("<"))
    if code is None:
        raise TypeError(f"tensor {name} has dtype {tensor.dtype}; give one of {sorted(_DTYPES)}")
    return code, list(tensor.shape), size


def _content(tensor: Any) -> memoryview:
    if _is_torch(tensor):
        tensor = tensor.detach().cpu().contiguous()
        if str(tensor.dtype) == "torch.bfloat16":  # numpy has none: its bits
            tensor = tensor.view(sys.modules["torch"].int16)
        tensor = tensor.numpy()
    array = np.ascontiguousarray(tensor)
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return little.reshape(-1).view(np.uint8).data


def _is_torch(tensor: Any) -> bool:
    torch = sys.modules.get("torch")  # there already, or the tensor is not torch's
    return torch is not None and isinstance(tensor, torch.Tensor)


def _viewed(body: npt.NDArray[np.uint8], entry: Mapping[str, Any]) -> npt.NDArray[Any]:
    first, last = entry["data_offsets"]
    content = body[first:last]
    if len(content) != last - first:
        raise ValueError(f"the file ends {last - first - len(content)} bytes early")
    if entry["dtype"] == "BF16":
        wide = content.view("<u2").astype(np.uint32) << np.uint32(16)
        return wide.view(np.float32).reshape(entry["shape"])
    return content.view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])
