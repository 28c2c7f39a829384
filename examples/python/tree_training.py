"""Trains a policy on trees as they are: every shared token goes through the model once.

    pip install ./trainers-bridge/python torch
    python examples/python/tree_training.py --updates 20

A group is one packed sequence. Attention lets a token see its ancestors and nothing else, and the
loss weights a token by the paths that run through it, so loss and gradients are those of the flat
form (test_tree_training.py holds them together within 1e-5) at a fraction of its tokens.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import coppice_rl

PROJECT = Path(__file__).resolve().parents[2]


class Llama:
    """A Llama in plain torch, over the tensors of a Hugging Face folder."""

    def __init__(self, folder):
        self.config = json.loads((Path(folder) / "config.json").read_text())
        self.weights = {name: torch.tensor(array, dtype=torch.float32, requires_grad=True)
                        for name, array in coppice_rl.read_weights(folder).items()}

    def __call__(self, tokens, positions, allowed):
        """Returns the logits [T, V] of one sequence whose token i sees j where allowed[i, j]."""
        w, c = self.weights, self.config
        heads, groups, size = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
        rates = c["rope_theta"] ** (-torch.arange(0, size, 2) / size)
        angles = (positions[:, None] * rates).repeat(1, 2)
        x = w["model.embed_tokens.weight"][tokens]
        for layer in range(c["num_hidden_layers"]):
            p = f"model.layers.{layer}."
            h = self.norm(x, p + "input_layernorm.weight")
            q, k, v = (F.linear(h, w[p + f"self_attn.{n}_proj.weight"])
                       .view(len(tokens), -1, size).transpose(0, 1) for n in "qkv")
            q, k = (t * angles.cos() + turned(t) * angles.sin() for t in (q, k))
            k, v = (t.repeat_interleave(heads // groups, dim=0) for t in (k, v))
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
            x = x + F.linear(a.transpose(0, 1).flatten(1), w[p + "self_attn.o_proj.weight"])
            h = self.norm(x, p + "post_attention_layernorm.weight")
            gate, up = (F.linear(h, w[p + f"mlp.{n}_proj.weight"]) for n in ("gate", "up"))
            x = x + F.linear(F.silu(gate) * up, w[p + "mlp.down_proj.weight"])
        head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
        return F.linear(self.norm(x, "model.norm.weight"), head)

    def norm(self, x, name):
        scale = torch.rsqrt(x.square().mean(-1, keepdim=True) + self.config["rms_norm_eps"])
        return x * scale * self.weights[name]


def turned(t):
    low, high = t.chunk(2, dim=-1)
    return torch.cat((-high, low), dim=-1)


def packed(group):
    """Lays a tree out for the model: ancestor mask, and which position predicts each token."""
    lengths, offsets = group.tokens.lengths, group.tokens.offsets
    ancestors = np.eye(len(group), dtype=bool)
    last = np.full(len(group), -1)  # of each node or, where it is empty, of its nearest ancestor
    before = np.arange(-1, offsets[-1] - 1)
    for node, parent in enumerate(group.parent):  # parents come first
        if parent >= 0:
            ancestors[node] |= ancestors[parent]
            last[node] = last[parent]
        if lengths[node]:
            before[offsets[node]] = last[node]
            last[node] = offsets[node + 1] - 1
    node_of = np.repeat(np.arange(len(group)), lengths)
    allowed = np.tril(ancestors[node_of][:, node_of])
    return torch.from_numpy(allowed), torch.from_numpy(before)


def tree_loss(model, group, clip=0.2):
    """The clipped policy gradient over the packed form, and the largest mismatch of log-probs."""
    allowed, before = packed(group)
    tokens = torch.from_numpy(group.tokens.values.astype(np.int64))
    logits = model(tokens, torch.from_numpy(group.positions()), allowed)
    weight = torch.from_numpy(group.loss_weight())
    trained = weight > 0
    logprobs = logits[before[trained]].log_softmax(-1).gather(1, tokens[trained][:, None])[:, 0]
    old = torch.from_numpy(group.logprobs.values.copy())[trained]
    advantages = torch.from_numpy(group.token_advantages())[trained]
    terms = clipped(logprobs, old, advantages, clip)
    return (weight[trained] * terms).sum() / weight.sum(), (logprobs - old).abs().max().item()


def clipped(logprobs, old, advantages, clip):
    ratio = (logprobs - old).exp()
    return -torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--config", default=str(PROJECT / "examples" / "drawers.toml"))
    parser.add_argument("--updates", type=int, default=20)
    parser.add_argument("--groups", type=int, default=32, help="groups per update")
    parser.add_argument("--rate", type=float, default=3e-4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = Llama(PROJECT / "models" / "tiny-policy")
    optimizer = torch.optim.AdamW(model.weights.values(), options.rate, betas=(0.9, 0.95))
    overrides = {"bridge.batch": options.groups, "task.split": "train"}
    with coppice_rl.Engine.start(options.config, overrides=overrides, coppice=PROJECT) as engine:
        for update in range(options.updates):
            engine.submit(count=options.groups)
            rewards, worst, tokens, flat = [], 0.0, 0, 0
            for batch in engine.batches(groups=options.groups, total=options.groups):
                for group in batch:
                    rewards += group.outcomes.reward[group.outcomes.scored].tolist()
                    tokens += len(group.tokens.values)
                    flat += int(group.expand().tokens.offsets[-1])
                    if group.loss_weight().any():
                        loss, mismatch = tree_loss(model, group)
                        (loss / options.groups).backward()
                        worst = max(worst, mismatch)
            torch.nn.utils.clip_grad_norm_(model.weights.values(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            engine.step(batch, model.weights)
            print(f"update {update}: reward {np.mean(rewards):.3f}, {tokens} tokens forwarded for "
                  f"{flat} of the flat form, largest difference of log-probabilities {worst:.1e}")


if __name__ == "__main__":
    main()
