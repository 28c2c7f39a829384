"""Writes a GGUF model of a known shape with random weights, for llama.cpp."""

from __future__ import annotations

import sys
from pathlib import Path

import gguf
import numpy as np

# hidden, layers, heads, kv heads, inner, vocabulary: the shapes of `coppice decode-bench --shape`.
SHAPES = {
    "m15": (288, 6, 6, 6, 768, 32000),
    "m110": (768, 12, 12, 12, 2048, 32000),
    "s135": (576, 30, 9, 3, 1536, 49152),
}
TYPES = {"bf16": gguf.GGMLQuantizationType.BF16, "f32": gguf.GGMLQuantizationType.F32}


def write(path: Path, shape: str, dtype: str) -> None:
    """Writes one model; embeddings are tied and there is no vocabulary."""
    hidden, layers, heads, kv_heads, inner, vocabulary = SHAPES[shape]
    head_dim = hidden // heads
    random = np.random.default_rng(1)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name(shape)
    writer.add_context_length(8192)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_rope_dimension_count(head_dim)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary)
    writer.add_tokenizer_model("no_vocab")

    def matrix(name: str, outputs: int, inputs: int) -> None:
        values = random.standard_normal((outputs, inputs), dtype=np.float32) / np.sqrt(inputs)
        values = values.astype(np.float32)
        stored = values if dtype == "f32" else gguf.quants.quantize(values, TYPES[dtype])
        writer.add_tensor(name, stored, raw_dtype=TYPES[dtype])

    def ones(name: str) -> None:
        writer.add_tensor(name, np.ones(hidden, dtype=np.float32))

    matrix("token_embd.weight", vocabulary, hidden)
    ones("output_norm.weight")
    for layer in range(layers):
        prefix = f"blk.{layer}."
        ones(prefix + "attn_norm.weight")
        ones(prefix + "ffn_norm.weight")
        matrix(prefix + "attn_q.weight", heads * head_dim, hidden)
        matrix(prefix + "attn_k.weight", kv_heads * head_dim, hidden)
        matrix(prefix + "attn_v.weight", kv_heads * head_dim, hidden)
        matrix(prefix + "attn_output.weight", hidden, heads * head_dim)
        matrix(prefix + "ffn_gate.weight", inner, hidden)
        matrix(prefix + "ffn_up.weight", inner, hidden)
        matrix(prefix + "ffn_down.weight", hidden, inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
