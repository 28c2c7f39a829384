"""Writes small random models of every family with the log-probabilities transformers gives them.

Usage: python make_golden.py ../resources/golden
       python make_golden.py --many N --seed S [--gain G] FOLDER
The second form draws N shapes over all families for ManyShapesGoldenTest, which reads the folder
that the variable COPPICE_GOLDEN names; expected.json then also has the scores in double precision.
Needs the packages torch, transformers and safetensors. The engine's own scores are compared with
expected.json by FamilyGoldenTest; nothing here runs at build time.
"""

import argparse
import json
import pathlib
import shutil

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
    "mistral-groups-of-3": (
        "Mistral",
        dict(num_attention_heads=6, num_key_value_heads=2, head_dim=16, vocab_size=101),
        "f32",
    ),
    "qwen2-groups-of-1": (
        "Qwen2",
        dict(num_attention_heads=4, num_key_value_heads=4, vocab_size=59),
        "f32",
    ),
    "qwen3-groups-of-3": (
        "Qwen3",
        dict(num_attention_heads=6, num_key_value_heads=2, head_dim=20, vocab_size=71),
        "f32",
    ),
}
TYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def build(name, family, changes, stored, gain=1.0):
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
            if key.startswith(("lm_head", "model.norm")):
                weight.mul_(gain)
            weight.copy_(weight.to(TYPES[stored]).to(torch.float32))
    return config, model


def write(folder, name, family, changes, stored, gain=None):
    config, model = build(name, family, changes, stored, gain or 1.0)
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
    if gain:
        with torch.no_grad():
            wide = exact(config, model).double()(tokens).logits[0]
        wide = torch.log_softmax(wide, dim=-1)
        wide = [wide[i - 1, tokens[0, i]].item() for i in range(1, tokens.shape[1])]
        expected["logprobs64"] = [None] + wide
        expected["largest_logit"] = float(model.float()(tokens).logits.abs().max())
    (target / "expected.json").write_text(json.dumps(expected) + "\n")
    print(name, "mean logprob", sum(picked) / len(picked))


def exact(config, model):
    """Returns the model itself; in double its norms and softmax are double as well."""
    for module in model.modules():
        if type(module).__name__.endswith("RMSNorm"):
            module.forward = lambda x, m=module: m.weight * x * torch.rsqrt(
                x.pow(2).mean(-1, keepdim=True) + m.variance_epsilon
            )
    return model


def draw(number, seed):
    """Draws one shape: (name, family, changes, type of the stored weights)."""
    random = __import__("random").Random(seed * 1000 + number)
    family = ["Llama", "Mistral", "Qwen2", "Qwen3", "Llama"][number % 5]
    kv = random.choice([1, 2, 3])
    heads = kv * random.choice([1, 2, 3, 4])
    head = random.choice([8, 10, 16, 24, 32, 64])
    changes = dict(
        num_attention_heads=heads,
        num_key_value_heads=kv,
        hidden_size=heads * head,
        intermediate_size=random.choice([17, 48, 96, 129, 256]),
        num_hidden_layers=random.choice([1, 2, 3, 5]),
        vocab_size=random.choice([50, 61, 97, 128, 331, 1001]),
        rms_norm_eps=random.choice([1e-5, 1e-6]),
        tie_word_embeddings=random.random() < 0.4,
    )
    if family in ("Qwen3", "Mistral") and random.random() < 0.5:
        changes.update(head_dim=head, hidden_size=random.choice([24, 40, 64, 160]))
    theta = random.choice([500.0, 10000.0, 100000.0, 1000000.0])
    ropes = ["default", "linear", "dynamic", "llama3"] if family == "Llama" else ["default"]
    kind = random.choice(ropes)
    rope = {"rope_type": kind, "rope_theta": theta}
    if kind == "llama3":
        rope = dict(LLAMA3, rope_theta=theta)
    elif kind != "default":
        rope["factor"] = random.choice([2.0, 4.0])
    changes["rope_parameters"] = rope
    if family == "Llama":
        changes["attention_bias"] = random.random() < 0.3
    return f"s{seed}-{number}-{family.lower()}", family, changes, random.choice(list(TYPES))


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--many", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gain", type=float, default=1.0, help="scales the final norm and head")
    parser.add_argument("folder", type=pathlib.Path)
    call = parser.parse_args()
    if call.many:
        for number in range(call.many):
            write(call.folder, *draw(number, call.seed), gain=call.gain)
    else:
        for model_name, (model_family, settings, stored_type) in MODELS.items():
            write(call.folder, model_name, model_family, settings, stored_type)


if __name__ == "__main__":
    main()
