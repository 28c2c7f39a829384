"""Renders many conversations by many chat templates with Jinja2 as transformers sets it up.

Usage: python chat_reference.py OUT.jsonl FOLDER_OR_FILE [...]
Needs the packages transformers and jinja2. The templates are all *.jinja files below the folders,
and those written out as text in a file of Python or C++ that is named itself. They come from packages of the Python registry (trl, llama-cpp-python) and are no part of this
project. ChatReferenceTest renders the same conversations and compares byte for byte.
"""

import ast
import datetime
import json
import pathlib
import re
import sys

from transformers.utils import chat_template_utils

NOW = datetime.datetime(2024, 7, 26, 9, 5, 3)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather in a \"place\" <b>now</b> & later.\nTwo lines.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name, e.g. Zürich or 東京"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
                "days": {"type": ["integer", "null"], "minimum": 0, "maximum": 7.5},
                "place": {
                    "type": "object",
                    "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}},
                    "required": ["lat", "lon"],
                },
                "tags": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["city"],
        },
        "return": {"type": "string", "description": "a sentence"},
    },
}
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "number", "description": "left"}, "b": {"type": "number"}},
            "required": ["a", "b"],
        },
    },
}
BARE = {"type": "function", "function": {"name": "now", "description": "", "parameters": {}}}
ARGS = {"city": "São \"Paulo\" <&> 😀", "days": 3, "place": {"lat": -23.5, "lon": 1e-7}, "tags": ["a", "b'c"], "ok": True, "no": None}


def call(name, arguments, number="abcdef123"):
    return {"id": number, "type": "function", "function": {"name": name, "arguments": arguments}}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def tool(text, **more):
    return {"role": "tool", "content": text, **more}


SYSTEM = {"role": "system", "content": "You are terse.\n  Keep   spaces.  "}
CALLED = [user("Weather?"), assistant("", tool_calls=[call("get_weather", ARGS)])]
ANSWERED = CALLED + [tool('{"t": 21.5, "sky": "a<b>"}', tool_call_id="abcdef123", name="get_weather")]
CONVERSATIONS = {
    "one": ([user("Hi")], None),
    "system": ([SYSTEM, user(" Hello\n")], None),
    "turns": ([user("a"), assistant("b"), user("c"), assistant(" d "), user("e")], None),
    "system-turns": ([SYSTEM, user("a"), assistant("b\n\nc"), user("d")], None),
    "unicode": ([user("東京 😀 é ß \u00a0 \u200b"), assistant("→ <b>&amp;</b> 'q' \"r\""), user("\t\\n")], None),
    "empty": ([user(""), assistant(""), user("")], None),
    "empty-system": ([{"role": "system", "content": ""}, user("x")], None),
    "ends-assistant": ([user("a"), assistant("b")], None),
    "markers": ([user("<|im_end|> [INST] <|eot_id|> {{ x }} {% y %}"), assistant("</think> ok"), user("go")], None),
    "think": ([user("a"), assistant("<think>\nwhy\n</think>\n\nbecause"), user("b")], None),
    "reasoning": ([user("a"), assistant("because", reasoning_content="why\nnot"), user("b")], None),
    "parts": ([user([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}])], None),
    "tools": ([user("Weather?")], [WEATHER, ADD]),
    "tools-system": ([SYSTEM, user("Weather?")], [WEATHER]),
    "tools-bare": ([SYSTEM, user("Time?")], [BARE]),
    "call": (CALLED, [WEATHER, ADD]),
    "call-text": ([user("w"), assistant("Let me see.", tool_calls=[call("add", {"a": 1, "b": 2.0})])], [ADD]),
    "result": (ANSWERED, [WEATHER, ADD]),
    "result-answer": (ANSWERED + [assistant("It is 21.5."), user("Thanks")], [WEATHER, ADD]),
    "result-system": ([SYSTEM] + ANSWERED, [WEATHER]),
    "result-no-tools": (ANSWERED, None),
    "two-calls": (
        [
            user("Add"),
            assistant("", tool_calls=[call("add", {"a": 1, "b": 2}), call("add", {"a": 3, "b": 4}, "ghijkl456")]),
            tool("3", tool_call_id="abcdef123", name="add"),
            tool("7", tool_call_id="ghijkl456", name="add"),
        ],
        [ADD],
    ),
    "null-content": ([user("w"), assistant(None, tool_calls=[call("add", {"a": 1, "b": 2})]), tool("3", tool_call_id="abcdef123", name="add")], [ADD]),
    "text-arguments": ([user("w"), assistant("", tool_calls=[call("add", '{"a": 1, "b": 2}')]), tool("3", tool_call_id="abcdef123", name="add")], [ADD]),
    "think-call": ([user("w"), assistant("<think>\nhm\n</think>\n", tool_calls=[call("add", {"a": 1, "b": 2})]), tool("3", tool_call_id="abcdef123", name="add")], [ADD]),
    "json-result": ([user("w"), assistant("", tool_calls=[call("add", {"a": [1, {"b": None}], "c": {}})]), tool({"sum": [3, 1.5, True]}, tool_call_id="abcdef123", name="add")], [ADD]),
}
WAYS = [
    {"add_generation_prompt": True},
    {"add_generation_prompt": False},
    {"add_generation_prompt": True, "enable_thinking": False},
    {"add_generation_prompt": False, "continue_final_message": True},
]


def render(source, messages, tools, way):
    template = chat_template_utils._compile_jinja_template(source)
    template.environment.globals["strftime_now"] = lambda form: NOW.strftime(form)
    try:
        rendered, _ = chat_template_utils.render_jinja_template(
            conversations=[messages], tools=tools, chat_template=source, **way, **TOKENS
        )
        return {"text": rendered[0]}
    except Exception as error:  # whatever a template raises is its answer
        return {"error": type(error).__name__ + ": " + re.sub(r"\s+", " ", str(error))[:200]}


def inside(file):
    """Yields the templates that stand as text in a source file."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        texts = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    else:
        texts = []
        for literals in re.findall(r'template_str= \*/((?:\s*"(?:[^"\\\n]|\\.)*")+)', text):
            texts.append(ast.literal_eval("(" + literals + ")"))
    number = 0
    for source in texts:
        if isinstance(source, str) and "{%" in source and "messages" in source:
            number += 1
            yield f"{file.stem}/{number}", source


def templates(places):
    """Yields names and sources; a source that was seen before is left out."""
    seen = set()
    for place in map(pathlib.Path, places):
        found = []
        if place.is_dir():
            for file in sorted(place.rglob("*.jinja")):
                found.append((file.parts[-3] + "/" + file.stem, file.read_bytes().decode("utf-8")))
        else:
            found = inside(place)
        for name, source in found:
            if source not in seen:
                seen.add(source)
                yield name, source


def main(out, places):
    count = 0
    with open(out, "w", encoding="utf-8") as target:
        for name, source in templates(places):
            count += 1
            target.write(json.dumps({"template": name, "source": source, "tokens": TOKENS}) + "\n")
            try:
                chat_template_utils._compile_jinja_template(source)
            except Exception as error:
                print("no template of Jinja's:", name, error, file=sys.stderr)
            for label, (messages, tools) in CONVERSATIONS.items():
                for way in WAYS:
                    last = messages[-1]
                    if way.get("continue_final_message") and last["role"] != "assistant":
                        continue
                    line = {"conversation": label, "messages": messages, "tools": tools, "way": way}
                    try:
                        line.update(render(source, messages, tools, way))
                    except Exception as error:
                        line["error"] = str(error)
                    target.write(json.dumps(line) + "\n")
    print(f"{count} templates, {len(CONVERSATIONS)} conversations", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
