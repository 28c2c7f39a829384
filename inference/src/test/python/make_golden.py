"""Writes small random models of every family with the log-probabilities transformers gives them.

Usage: python make_golden.py ../resources/golden
Needs the packages torch, transformers and safetensors. The engine's own scores are compared with
expected.json by FamilyGoldenTest; nothing here runs at build time.
"""

import json
import pathlib
import shutil
import sys

import torch
import transformers
from safetensors.torch import save_file

BASE = dict(
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    max_position_embeddings=128,
    rms_norm_eps=1e-5,
    attn_implementation="eager",
)
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
    "rope_theta": 10000.0,
}

# name -> (configuration class, model class, changes, type the weights are stored as)
MODELS = {
    "llama": ("Llama", dict(num_attention_heads=4, num_key_value_heads=4, vocab_size=61), "f32"),
    "llama3-rope": (
        "Llama",
        dict(num_attention_heads=4, num_key_value_heads=1, vocab_size=97, rope_parameters=LLAMA3),
        "bf16",
    ),
    "llama-linear-rope": (
        "Llama",
        dict(
            num_attention_heads=2,
            num_key_value_heads=2,
            vocab_size=50,
            attention_bias=True,
            rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0},
        ),
        "bf16",
    ),
    "llama-dynamic-rope": (
        "Llama",
        dict(
            num_attention_heads=2,
            num_key_value_heads=1,
            vocab_size=50,
            rope_parameters={"rope_type": "dynamic", "factor": 2.0, "rope_theta": 500.0},
        ),
        "f16",
    ),
    "smollm2": (
        "Llama",
        dict(
            hidden_size=36,
            num_attention_heads=9,
            num_key_value_heads=3,
            vocab_size=127,
            tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
        ),
        "bf16",
    ),
    "mistral": (
        "Mistral",
        dict(num_attention_heads=4, num_key_value_heads=2, vocab_size=61, sliding_window=64),
        "bf16",
    ),
    "qwen2": (
        "Qwen2",
        dict(
            num_attention_heads=4,
            num_key_value_heads=2,
            vocab_size=83,
            tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        ),
        "bf16",
    ),
    "qwen3": (
        "Qwen3",
        dict(num_attention_heads=4, num_key_value_heads=1, head_dim=24, vocab_size=83),
        "bf16",
    ),
}
TYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def build(name, family, changes, stored):
    torch.manual_seed(sum(map(ord, name)))
    config = getattr(transformers, family + "Config")(**{**BASE, **changes})
    model = getattr(transformers, family + "ForCausalLM")(config).eval()
    with torch.no_grad():
        for key, weight in model.named_parameters():
            if key.endswith("norm.weight"):
                weight.normal_(1.0, 0.2)
            elif key.endswith("bias"):
                weight.normal_(0.0, 0.5)
            elif "embed" in key:
                weight.normal_(0.0, 1.0 if not config.tie_word_embeddings else 0.4)
            else:
                weight.normal_(0.0, 1.5 / weight.shape[1] ** 0.5)
            weight.copy_(weight.to(TYPES[stored]).to(torch.float32))
    return config, model


def write(folder, name, family, changes, stored):
    config, model = build(name, family, changes, stored)
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    config.save_pretrained(target)
    text = json.loads((target / "config.json").read_text())
    text["architectures"] = [family + "ForCausalLM"]
    (target / "config.json").write_text(json.dumps(text, indent=1) + "\n")
    tensors = {
        key: value.to(TYPES[stored]).contiguous()
        for key, value in model.state_dict().items()
        if not (config.tie_word_embeddings and key == "lm_head.weight")
    }
    if name == "mistral":
        shards(target, tensors)
    else:
        save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(0, config.vocab_size, (1, 60), generator=generator)
    with torch.no_grad():
        scores = torch.log_softmax(model(tokens).logits[0].double(), dim=-1)
    picked = [scores[i - 1, tokens[0, i]].item() for i in range(1, tokens.shape[1])]
    top = scores[-2].topk(5)
    expected = {
        "transformers": transformers.__version__,
        "tokens": tokens[0].tolist(),
        "logprobs": [None] + [round(p, 7) for p in picked],
        "last_top": [[int(i), round(v.item(), 7)] for i, v in zip(top.indices, top.values)],
    }
    (target / "expected.json").write_text(json.dumps(expected) + "\n")
    print(name, "mean logprob", sum(picked) / len(picked))


def shards(target, tensors):
    names = sorted(tensors)
    parts = {"model-00001-of-00002.safetensors": names[::2]}
    parts["model-00002-of-00002.safetensors"] = names[1::2]
    index = {}
    for file, keys in parts.items():
        save_file({k: tensors[k] for k in keys}, target / file, metadata={"format": "pt"})
        index.update({k: file for k in keys})
    text = json.dumps({"metadata": {}, "weight_map": index}, indent=1)
    (target / "model.safetensors.index.json").write_text(text + "\n")


if __name__ == "__main__":
    for model_name, (model_family, settings, stored_type) in MODELS.items():
        write(pathlib.Path(sys.argv[1]), model_name, model_family, settings, stored_type)
