"""Writes a tiny llama2.c checkpoint with its tokenizer, and what greedy decoding gives for it.

The weights are drawn by a generator written out here, so the files are the same on every machine;
the forward pass is llama2.c's arithmetic in double precision and shares nothing with the decoder.
Run it after a change:

    python3 decoder/src/test/python/own_llama2c.py
"""

import math
import struct
from pathlib import Path

OUT = Path(__file__).parents[1] / "resources/dev/coppice/decoder/own"
DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, CONTEXT = 16, 24, 2, 4, 2, 64
HEAD, KV = DIM // HEADS, DIM // HEADS * KV_HEADS
WORDS = [" ", "e", "t", "a", "o", "n", "r", "s", "h", "l", "d", " t", "he", " the", "an", " a", "re", "er", "or"]
VOCABULARY = 3 + 256 + len(WORDS)
NEW_TOKENS = 40
FIRST = 1


def generator(seed):
    """Sums of four uniform numbers of a 64-bit linear congruential generator, near a Gaussian."""
    while True:
        total = 0.0
        for _ in range(4):
            seed = (seed * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            total += (seed >> 40) / (1 << 24) - 0.5
        yield total


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def drawn(draws, rows, columns, scale):
    return [[single(next(draws) * scale) for _ in range(columns)] for _ in range(rows)]


def weights():
    draws = generator(20)
    ones = lambda: [[single(1 + 0.2 * next(draws)) for _ in range(DIM)] for _ in range(LAYERS)]
    each = lambda rows, columns: [drawn(draws, rows, columns, 0.8) for _ in range(LAYERS)]
    return {
        "embedding": drawn(draws, VOCABULARY, DIM, 1.0),
        "att_norm": ones(),
        "wq": each(DIM, DIM),
        "wk": each(KV, DIM),
        "wv": each(KV, DIM),
        "wo": each(DIM, DIM),
        "ffn_norm": ones(),
        "w1": each(HIDDEN, DIM),
        "w2": each(DIM, HIDDEN),
        "w3": each(HIDDEN, DIM),
        "final_norm": [single(1 + 0.2 * next(draws)) for _ in range(DIM)],
        "tables": [0.0] * (CONTEXT * HEAD),
    }


def flat(value):
    if isinstance(value, float):
        return [value]
    return [number for part in value for number in flat(part)]


def norm(x, weight):
    scale = 1 / math.sqrt(sum(v * v for v in x) / len(x) + 1e-5)
    return [v * scale * w for v, w in zip(x, weight)]


def times(matrix, x):
    return [sum(m * v for m, v in zip(row, x)) for row in matrix]


def turned(x, position):
    out = list(x)
    for i in range(0, len(x), 2):
        angle = position / 10000 ** (i % HEAD / HEAD)
        c, s = math.cos(angle), math.sin(angle)
        out[i], out[i + 1] = x[i] * c - x[i + 1] * s, x[i] * s + x[i + 1] * c
    return out


def forward(w, token, position, cache):
    x = list(w["embedding"][token])
    for layer in range(LAYERS):
        y = norm(x, w["att_norm"][layer])
        q = turned(times(w["wq"][layer], y), position)
        cache[layer].append((turned(times(w["wk"][layer], y), position), times(w["wv"][layer], y)))
        joined = []
        for head in range(HEADS):
            at = head // (HEADS // KV_HEADS) * HEAD
            mine = q[head * HEAD : (head + 1) * HEAD]
            scores = [sum(a * b for a, b in zip(mine, k[at : at + HEAD])) / math.sqrt(HEAD) for k, _ in cache[layer]]
            most = max(scores)
            shares = [math.exp(s - most) for s in scores]
            for i in range(HEAD):
                joined.append(sum(s * v[at + i] for s, (_, v) in zip(shares, cache[layer])) / sum(shares))
        x = [a + b for a, b in zip(x, times(w["wo"][layer], joined))]
        y = norm(x, w["ffn_norm"][layer])
        gate = [g / (1 + math.exp(-g)) * u for g, u in zip(times(w["w1"][layer], y), times(w["w3"][layer], y))]
        x = [a + b for a, b in zip(x, times(w["w2"][layer], gate))]
    return times(w["embedding"], norm(x, w["final_norm"]))


def greedy(w):
    tokens, cache, token, nearest = [], [[] for _ in range(LAYERS)], FIRST, math.inf
    for position in range(NEW_TOKENS):
        logits = forward(w, token, position, cache)
        best, second = sorted(logits, reverse=True)[:2]
        nearest = min(nearest, best - second)
        token = logits.index(best)
        tokens.append(token)
    # In single precision the choice must be the same: no two logits may nearly tie.
    assert nearest > 1e-3, nearest
    return tokens


def pieces():
    return ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)] + WORDS


def encoded(text):
    """Puts a space before, splits into letters, and merges the neighbours of the best score."""
    ids = {piece: i for i, piece in enumerate(pieces())}
    parts = []
    for letter in " " + text:
        parts += [ids[letter]] if letter in ids else [3 + byte for byte in letter.encode()]
    while True:
        joined = [(-ids[pieces()[a] + pieces()[b]], i) for i, (a, b) in enumerate(zip(parts, parts[1:])) if pieces()[a] + pieces()[b] in ids]
        if not joined:
            return parts
        score, at = max(joined, key=lambda each: (each[0], -each[1]))
        parts[at : at + 2] = [-score]


def main():
    w = weights()
    header = struct.pack("<7i", DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT)
    numbers = flat(list(w.values()))
    (OUT / "model.bin").write_bytes(header + struct.pack(f"<{len(numbers)}f", *numbers))
    tokenizer = struct.pack("<i", 6)
    for i, piece in enumerate(pieces()):
        text = piece.encode()
        tokenizer += struct.pack("<fi", 0.0 if i < 259 else 259.0 - i, len(text)) + text
    (OUT / "tokenizer.bin").write_bytes(tokenizer)
    (OUT / "greedy_tokens.txt").write_text(" ".join(map(str, greedy(w))) + "\n")
    text = "the other hand ran over, and a tree – older than the house – roared"
    (OUT / "text.txt").write_text(text + "\n", encoding="utf-8")
    (OUT / "text_tokens.txt").write_text(" ".join(map(str, encoded(text))) + "\n")


if __name__ == "__main__":
    main()
