"""Trains a small byte-level tokenizer on a text of our own and writes what it makes of samples.

Trainer and encoder are written out here and share nothing with the library that reads the file.
Run it after a change:

    python3 chat/src/test/python/own_tokenizer.py
"""

import json
import re
from collections import Counter
from pathlib import Path

OUT = Path(__file__).parents[1] / "resources/dev/coppice/chat/tokenizer/own"
END = "<|endoftext|>"
MERGES = 160
# How GPT-2's kind of tokenizer parts a text, for letters and digits that Python's re knows as such.
PARTS = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
TEXT = """
A tree grows from one stem. Where the stem forks, each shoot has the same wood behind it and its own
light before it. Nobody grows the stem again for a second shoot; what is shared is grown once. In a
coppice the trees are cut near the ground, and from the old stool many new shoots come up. The
forester counts the shoots, cuts the weak ones and lets the strong ones stand. He writes down what he
cut, when, and why, so that the next forester need not guess. Some winters nothing is cut. Then there
is time to mend the fence, to sharpen the tools and to read what was written in other winters.
The shoots of one stool are sisters: they share a root and so a fate. Whoever would know how good a
wood is must look at many stools, not at many shoots of one. That's the whole art, and it's an old one.
"""
SAMPLES = [
    "The forester counts the shoots.",
    "each stem, 12 shoots; 7 cut & 5 left!",
    "It's what they've shared: don't guess",
    "  two spaces,\n\nand lines\tand tabs ",
    "Größe é 漢字 🌳",
    "in<|endoftext|>another",
    "CamelCase_and_snake 3.14 x=y+1",
]


def letters():
    """Gives each byte a letter to show it by, those that can be seen their own."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {**{b: chr(b) for b in shown}, **{b: chr(256 + i) for i, b in enumerate(hidden)}}


LETTER = letters()


def split(text):
    return [tuple(LETTER[byte] for byte in part.encode()) for part in PARTS.findall(text)]


def joined(word, pair):
    out = []
    for piece in word:
        if out and (out[-1], piece) == pair:
            out[-1] += piece
        else:
            out.append(piece)
    return tuple(out)


def trained():
    words, merges = Counter(split(TEXT)), []
    for _ in range(MERGES):
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        merged = Counter()
        for word, count in words.items():
            merged[joined(word, best)] += count
        words = merged
    return merges


def encoded(text, vocabulary, merges):
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    ids = []
    for stretch in re.split("(" + re.escape(END) + ")", text):
        if stretch == END:
            ids.append(vocabulary[END])
            continue
        for word in split(stretch):
            while True:
                known = [pair for pair in zip(word, word[1:]) if pair in ranks]
                if not known:
                    break
                word = joined(word, min(known, key=ranks.get))
            ids += [vocabulary[piece] for piece in word]
    return ids


def main():
    merges = trained()
    vocabulary = {letter: i for i, letter in enumerate(LETTER[b] for b in sorted(LETTER, key=lambda b: LETTER[b]))}
    for left, right in merges:
        vocabulary.setdefault(left + right, len(vocabulary))
    vocabulary[END] = len(vocabulary)
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    special = {"id": vocabulary[END], "content": END, "single_word": False, "lstrip": False}
    special.update(rstrip=False, normalized=False, special=True)
    file = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [special],
        "normalizer": None,
        "pre_tokenizer": level,
        "post_processor": None,
        "decoder": level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {piece: i for piece, i in vocabulary.items() if piece != END},
            "merges": [" ".join(pair) for pair in merges],
        },
    }
    dump = lambda value: json.dumps(value, ensure_ascii=False)
    (OUT / "tokenizer.json").write_text(dump(file) + "\n", encoding="utf-8")
    (OUT / "tokenizer_config.json").write_text(dump({"eos_token": END}) + "\n", encoding="utf-8")
    rows = [{"text": text, "tokens": encoded(text, vocabulary, merges)} for text in SAMPLES]
    (OUT / "samples.jsonl").write_text("".join(dump(row) + "\n" for row in rows), encoding="utf-8")
    print(len(vocabulary), "tokens")


if __name__ == "__main__":
    main()
