"""What the rows of a segment were made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coppice_rl.errors import FormatError

FORMAT_VERSION = "coppice.wire/2"
FORMAT_ONE_DRAW = "coppice.wire/1"
"""The format before: every path is one draw, and no node is marked."""


@dataclass(frozen=True)
class Header:
    """The metadata of a segment file.

    ``node_kinds``, ``span_kinds`` and ``statuses`` give the names of the codes in the columns
    ``kind`` and ``status``, in the order of the codes; ``marks`` those of a flat row's marks.

    Penalties, ``logit_bias`` and ``min_new_tokens`` are those of ``[sampling]``. Where kept ids are
    told, ``vocabulary_size`` and ``holes`` say what could be drawn at all.
    """

    run: str
    model: str
    tokenizer_sha256: str
    chat_template_sha256: str
    logprob_mode: str
    temperature: float
    top_p: float
    top_k: int
    min_p: float
    shared_token_rule: str
    advantage_kind: str
    estimator: str
    node_kinds: tuple[str, ...]
    span_kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    format_version: str = FORMAT_VERSION
    marks: tuple[str, ...] = ()
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    min_new_tokens: int = 0
    vocabulary_size: int | None = None
    holes: tuple[int, ...] = ()

    @staticmethod
    def parse(metadata: Mapping[bytes, bytes] | None, source: str) -> Header:
        """Reads the metadata of a file, refusing another format version."""
        text = {key.decode(): value.decode() for key, value in (metadata or {}).items()}
        version = text.get("format_version")
        if version not in (FORMAT_ONE_DRAW, FORMAT_VERSION):
            raise FormatError(
                f"{source} has format {version}; this version reads {FORMAT_ONE_DRAW} and "
                f"{FORMAT_VERSION}"
            )
        try:
            return Header(
                run=text["run"],
                model=text["model"],
                tokenizer_sha256=text["tokenizer_sha256"],
                chat_template_sha256=text["chat_template_sha256"],
                logprob_mode=text["logprob_mode"],
                temperature=float(text["temperature"]),
                top_p=float(text["top_p"]),
                top_k=int(text["top_k"]),
                min_p=float(text["min_p"]),
                shared_token_rule=text["shared_token_rule"],
                advantage_kind=text["advantage_kind"],
                estimator=text.get("estimator", ""),
                node_kinds=tuple(text["node_kinds"].split(",")),
                span_kinds=tuple(text["span_kinds"].split(",")),
                statuses=tuple(text["statuses"].split(",")),
                format_version=version,
                marks=tuple(text["marks"].split(",")) if version == FORMAT_VERSION else (),
                repetition_penalty=float(text.get("repetition_penalty", 1)),
                presence_penalty=float(text.get("presence_penalty", 0)),
                frequency_penalty=float(text.get("frequency_penalty", 0)),
                logit_bias=_bias(text.get("logit_bias", "")),
                min_new_tokens=int(text.get("min_new_tokens", 0)),
                vocabulary_size=_whole(text.get("vocabulary_size")),
                holes=tuple(int(hole) for hole in text.get("holes", "").split(",") if hole),
            )
        except (KeyError, ValueError) as fault:
            raise FormatError(f"{source} has broken metadata: {fault!r}") from fault


def _bias(text: str) -> dict[int, float]:
    pairs = (entry.split(":") for entry in text.split(",") if entry)
    return {int(token): float(bias) for token, bias in pairs}


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)
