"""Larger packages by name: verifiers, OpenEnv, NeMo Gym. Each class is the least that plays its package."""
import asyncio
import importlib
import inspect
import itertools
import json
import sys
import types

from coppice_world.digest import NoDigest
from coppice_world.loop import run
from coppice_world.module import SAY, bound, number, texted
from coppice_world.rows import Rows, asked, content_of, messages_of
from coppice_world.schema import tool as described
from coppice_world.wire import plain

MOST_ROWS = 10_000
ANYTHING = {"type": "object"}


def named(path):
    """Imports MODULE:NAME."""
    module, _, name = path.partition(":")
    found = importlib.import_module(module)
    for part in filter(None, name.split(".")):
        found = getattr(found, part)
    return found


def within(config):
    """Takes a configuration apart; modules are looked for in its "folder" too."""
    config = dict(config)
    folder = config.pop("folder", None)
    if folder:
        sys.path.insert(0, folder)
    return config


def refuse(config, *known):
    if config:
        raise ValueError(f"unknown configuration: {sorted(config)}; known are folder, {', '.join(known)}")


def parameters(schema):
    """Takes what the engine reads of a schema of arguments: an object without references."""
    schema = plain(schema or ANYTHING)
    return schema if schema.get("type") == "object" and "$defs" not in schema else {"type": "object", "additionalProperties": True}


class Verifiers:
    """verifiers/ID: a task set of verifiers 0.4: its tools, or its conversation, where its environment has one of its own."""

    def __init__(self, name, config):
        import verifiers.v1 as vf

        config = within(config)
        most = config.pop("size", MOST_ROWS)
        refuse(config, "size")
        self.vf, self.name = vf, name
        self.taskset = vf.load_taskset(vf.taskset_config_type(name)(id=name))
        self.all = list(itertools.islice(iter(self.taskset), most))
        self.env_class = vf.environment_class(name)
        self.talks = self.env_class is not vf.SingleAgentEnv

    def describe(self):
        world = self.open()
        world.reset(0, 0)
        return {"tasks": len(self.all), "tools": world.described()}

    def task(self, index, seed):
        world = self.open()
        return {**asked(world.reset(index, seed)), "answer": None}

    def open(self):
        return VerifiersTalk(self) if self.talks else VerifiersTools(self)

    def opening(self, task):
        data = task.data
        system = getattr(data, "system_prompt", None)
        return ([{"role": "system", "content": system}] if system else []) + [{"role": "user", "content": data.prompt_text or ""}]

    def trace(self, task, messages, state=None):
        """Makes the trace of a path, which a task can score."""
        vf = self.vf
        trace = vf.Trace(task=vf.TraceTask(type=type(task).__name__, data=task.data), agent=vf.AgentInfo(config=vf.AgentConfig()))
        if state is not None:
            trace.state = state
        for message in messages or []:
            self.note(trace, message)
        return trace

    def note(self, trace, message):
        vf = self.vf
        kinds = {"user": vf.UserMessage, "assistant": vf.AssistantMessage, "tool": vf.ToolMessage, "system": vf.SystemMessage}
        kind = kinds[message["role"]]
        given = {"content": message.get("content") or ""}
        if message["role"] == "tool":
            given["tool_call_id"] = message.get("tool_call_id", "call")
        parent = len(trace.nodes) - 1 if trace.nodes else None
        trace.nodes.append(vf.MessageNode(parent=parent, message=kind(**given), sampled=message["role"] == "assistant"))

    @staticmethod
    def scored(task, trace):
        needy = [hook.__name__ for hook in task.hooks("reward") if needs_runtime(hook)]
        if needy:  # The package would leave them out, and pay too little.
            raise ValueError(f"rewards need a runtime, which there is none of here: {needy}")
        run(task.score(trace))
        parts = {name: number(getattr(part, "score", part), name) for name, part in trace.rewards.items()}
        parts.update({name: float(value) for name, value in (trace.metrics or {}).items() if isinstance(value, (bool, int, float))})
        return {"reward": number(trace.reward, "reward"), "parts": parts}


def needs_runtime(hook):
    parameter = inspect.signature(hook).parameters.get("runtime")
    return parameter is not None and parameter.default is parameter.empty


class VerifiersTools:
    """The tools of a task, as methods of tool sets that live in this process: no server, no runtime."""

    def __init__(self, offered):
        self.offered, self.task, self.sets, self.functions = offered, None, [], {}

    def reset(self, index, seed):
        from verifiers.v1.utils.decorators import discover_decorated

        taskset = self.offered.taskset
        self.task = self.offered.all[index]
        self.sets = [*type(self.task).toolsets(taskset.config.task), *type(taskset).toolsets(taskset.config)]
        for one in self.sets:
            run(one.setup())
            run(one.setup_task(self.task.data))
            prefix = one.server_name + "_" if one.server_name else ""
            for function in discover_decorated(one, "tool"):
                self.functions[prefix + (getattr(function, "tool_name", None) or function.__name__)] = function
        return self.offered.opening(self.task)

    def described(self):
        return [described(function, name) for name, function in self.functions.items()]

    def call(self, name, arguments):
        try:
            return {"text": texted(run(self.functions[name](**arguments)))}
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # As its server does: the policy reads it.
            return {"text": f"{type(error).__name__}: {error}", "failed": True}

    def state(self):
        return self.task.data.idx, [(vars(one).get("_inert_state"), own(one)) for one in self.sets]

    def reward(self, answer, messages):
        inert = getattr(self.sets[0], "_inert_state", None) if self.sets else None
        trace = self.offered.trace(self.task, [*self.offered.opening(self.task), *messages], inert)
        return {**self.offered.scored(self.task, trace), "answer": answer}


def own(holder):
    return {name: value for name, value in vars(holder).items() if not name.startswith("_") and name != "config"}


class VerifiersTalk:
    """An environment's own conversation, suspended where it waits for the policy: the coroutine is the state."""

    def __init__(self, offered):
        self.offered, self.task, self.traces, self.asked, self.main, self.said = offered, None, {}, None, None, []

    def described(self):
        return [SAY]

    def reset(self, index, seed):
        from verifiers.v1 import Env, EnvConfig
        from verifiers.v1.utils.generic import concrete_type

        offered = self.offered
        self.task = offered.all[index]
        env = object.__new__(offered.env_class)
        kind = concrete_type(offered.env_class, EnvConfig, origin=Env) or EnvConfig
        env.config = kind(taskset={"id": offered.taskset.config.id})
        world = self

        class Seats:
            def __getattr__(self, name):
                return types.SimpleNamespace(interaction=lambda task: Seat(world, name, task), trainable=True)

        async def begin():
            self.wake = asyncio.Event()
            self.main = asyncio.get_running_loop().create_task(env.run(self.task, Seats()))
            return await self.next()

        text = run(begin())["text"]
        return [*offered.opening(self.task)[:-1], {"role": "user", "content": text}]

    async def next(self):
        """Waits until a seat is asked or all is over."""
        waiter = asyncio.ensure_future(self.wake.wait())
        await asyncio.wait({waiter, self.main}, return_when=asyncio.FIRST_COMPLETED)
        self.wake.clear()
        waiter.cancel()
        if self.main.done():
            self.main.result()
            return {"text": "", "done": True}
        nodes = self.asked.trace.nodes
        return {"text": content_of({"content": nodes[-1].message.content}) if nodes else self.asked.task.data.prompt_text, "done": False}

    def call(self, name, arguments):
        async def answered():
            self.asked.reply.set_result(arguments["text"])
            return await self.next()

        self.said.append(arguments["text"])
        return run(answered())

    def state(self):
        raise NoDigest("a suspended coroutine")

    def reward(self, answer, messages):
        trace = next(iter(self.traces.values()))
        return {**self.offered.scored(self.task, trace), "answer": answer}


class Seat:
    """A seat at an environment's table whose turns the policy takes."""

    def __init__(self, world, name, task):
        self.world, self.task, self.reply = world, task, None
        self.trace = world.traces[name] = world.offered.trace(task, [])

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return False

    async def turn(self, message=None):
        offered = self.world.offered
        if message is not None:
            offered.note(self.trace, {"role": "user", "content": message})
        self.reply = asyncio.get_running_loop().create_future()
        self.world.asked = self
        self.world.wake.set()
        text = await self.reply
        offered.note(self.trace, {"role": "assistant", "content": text})
        return offered.vf.Segment(messages=[offered.vf.AssistantMessage(content=text)], root_reply=text)


class OpenEnv:
    """openenv/MODULE:CLASS: the environment object itself; configuration: action (MODULE:CLASS), arguments, tasks, prompt."""

    def __init__(self, name, config):
        config = within(config)
        self.cls = named(name)
        action = config.pop("action", None)
        self.action = named(action) if action else None
        self.arguments, self.count = config.pop("arguments", {}), config.pop("tasks", None)
        self.prompt = config.pop("prompt", "Use the tools. What you see first:")
        refuse(config, "action", "arguments", "tasks", "prompt")
        self.interfaces = importlib.import_module("openenv.core.env_server.interfaces")

    def describe(self):
        world = self.open()
        world.reset(0, 0)
        return {"tasks": self.count, "tools": world.described()}

    def task(self, index, seed):
        return {**asked(self.open().reset(index, seed)), "answer": None}

    def open(self):
        return OpenEnvWorld(self)


class OpenEnvWorld:
    def __init__(self, offered):
        self.offered, self.env, self.total, self.over, self.steps = offered, None, 0.0, False, 0

    def reset(self, index, seed):
        offered = self.offered
        self.env = offered.cls(**offered.arguments)
        base = offered.interfaces.Environment
        begin = self.env.reset if type(self.env).reset_async is base.reset_async else self.env.reset_async
        seen = run(bound(begin, {"seed": seed, "episode_id": f"task{index}"}))
        return [{"role": "user", "content": offered.prompt + "\n" + texted(shown(seen))}]

    def is_mcp(self):
        return hasattr(self.env, "mcp_client") or hasattr(self.env, "mcp_server")

    def described(self):
        if self.is_mcp():
            from openenv.core.env_server.mcp_types import ListToolsAction

            tools = run(self.env.step_async(ListToolsAction())).tools
            return [{"name": one.name, "description": one.description or one.name, "effect": "WRITE", "parameters": parameters(one.input_schema)} for one in tools]
        if self.offered.action is None:
            raise ValueError('openenv needs the class of its actions: "action": "MODULE:CLASS"')
        schema = parameters(self.offered.action.model_json_schema())
        schema = {**schema, "properties": {k: v for k, v in schema.get("properties", {}).items() if k != "metadata"}}
        return [{"name": "step", "description": (inspect.getdoc(self.offered.action) or "Takes one step.").splitlines()[0], "effect": "WRITE", "parameters": schema}]

    def call(self, name, arguments):
        if self.over:
            return {"text": "The episode is over.", "done": True}
        if self.is_mcp():
            from openenv.core.env_server.mcp_types import CallToolAction

            seen = run(self.env.step_async(CallToolAction(tool_name=name, arguments=arguments)))
            failed = getattr(seen, "error", None)
            result = getattr(seen, "result", None)
            text = failed.message if failed else texted(plain(getattr(result, "data", result)))
        else:
            seen = run(self.env.step(self.offered.action(**arguments)))
            failed, text = None, texted(shown(seen))
        self.steps += 1
        reward = number(seen.reward, "reward") if seen.reward is not None else 0.0
        self.total += reward
        self.over = bool(seen.done)
        return {"text": text, "done": self.over, "reward": reward, **({"failed": True} if failed else {})}

    def state(self):
        left_out = ("mcp_server", "mcp_client", "_state", "transform", "rubric")  # Servers; and a state with a random number of its own.
        return {name: value for name, value in vars(self.env).items() if name not in left_out}, self.steps, self.total

    def reward(self, answer, messages):
        return {"reward": self.total, "answer": answer}


def shown(seen):
    """Shows an observation without what the engine reads itself."""
    return {name: value for name, value in plain(seen.model_dump(mode="json")).items() if name not in ("done", "reward", "metadata")}


class NemoGym:
    """nemo-gym/MODULE:CLASS: a resources server called in this process; configuration: rows (a list or a file)."""

    def __init__(self, name, config):
        from nemo_gym.config_types import BaseServerConfig
        from nemo_gym.server_utils import ServerClient
        from omegaconf import OmegaConf

        config = within(config)
        self.rows = Rows(config.pop("rows"))
        refuse(config, "rows")
        cls = named(name)
        kind = cls.model_fields["config"].annotation
        client = ServerClient(head_server_config=BaseServerConfig(host="127.0.0.1", port=1), global_config_dict=OmegaConf.create({}))
        self.server = cls(config=kind(name="world", host="127.0.0.1", port=1, entrypoint="app.py"), server_client=client)
        self.app = self.server.setup_webserver()

    def describe(self):
        tools = {}
        for index in range(len(self.rows)):
            for one in self.rows.row(index)["responses_create_params"].get("tools") or []:
                tools[one["name"]] = {"name": one["name"], "description": one.get("description") or one["name"], "effect": "WRITE", "parameters": parameters(one.get("parameters"))}
        return {"tasks": self.rows.count(), "tools": list(tools.values())}

    def task(self, index, seed):
        return {**asked(messages_of(self.rows.row(index)["responses_create_params"]["input"])), "answer": None}

    def open(self):
        return NemoGymWorld(self)


class NemoGymWorld:
    def __init__(self, offered):
        self.offered, self.row, self.cookie = offered, None, b""

    def reset(self, index, seed):
        self.row = self.offered.rows.row(index)
        status, told = run(self.post("/seed_session", self.row))
        if status != 200:
            raise RuntimeError(f"/seed_session answered {status}: {told}")

    async def post(self, path, body):
        """Calls the application as a web server would, without one."""
        sent, data = [], json.dumps(plain(body)).encode()

        async def receive():
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message):
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode()), (b"cookie", self.cookie)]
        here = ("127.0.0.1", 1)
        await self.offered.app(
            {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "headers": headers, "client": here, "server": here},
            receive,
            send,
        )
        for name, value in sent[0]["headers"]:
            if name.lower() == b"set-cookie":
                self.cookie = value.split(b";")[0]
        return sent[0]["status"], json.loads(b"".join(part.get("body", b"") for part in sent[1:]) or b"null")

    def call(self, name, arguments):
        status, told = run(self.post("/" + name, arguments))
        return {"text": texted(told), **({"failed": True} if status != 200 else {})}

    def state(self):
        """Leaves out the names of sessions, which are drawn anew each time: a process has one session."""
        held = {name: value for name, value in vars(self.offered.server).items() if name.startswith("session_id")}
        return {name: list(value.values()) if isinstance(value, dict) else value for name, value in held.items()}

    def reward(self, answer, messages):
        output = []
        for place, message in enumerate(messages):
            for one in message.get("tool_calls") or []:
                function = one["function"]
                output.append({"type": "function_call", "call_id": f"call{place}", "name": function["name"], "arguments": json.dumps(function["arguments"])})
            if message["role"] == "tool":
                output.append({"type": "function_call_output", "call_id": f"call{place - 1}", "output": message["content"]})
            elif message["role"] == "assistant" and message.get("content"):
                part = {"type": "output_text", "text": message["content"], "annotations": []}
                output.append({"id": f"message{place}", "type": "message", "role": "assistant", "status": "completed", "content": [part]})
        tools = self.row["responses_create_params"].get("tools") or []
        response = {"id": "r", "created_at": 0, "model": "coppice", "object": "response", "output": output, "parallel_tool_calls": True, "tool_choice": "auto", "tools": tools}
        status, told = run(self.post("/verify", {**self.row, "response": response}))
        if status != 200:
            raise RuntimeError(f"/verify answered {status}: {str(told)[:300]}")
        return {"reward": number(told.get("reward"), "reward"), "answer": answer}


__all__ = ["NemoGym", "OpenEnv", "Verifiers"]
