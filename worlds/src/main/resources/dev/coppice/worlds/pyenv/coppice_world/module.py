"""Plays a user's own module: tasks, tools and rewards as plain functions, TRL's conventions, or a class."""
import inspect
import json
import os
import sys
import types

from coppice_world.digest import NoDigest, Walk
from coppice_world.judge import JUDGE
from coppice_world.loop import run
from coppice_world.rows import Rows, asked, content_of, messages_of, text_of
from coppice_world.schema import tool
from coppice_world.wire import plain

TASKS = ("tasks", "TASKS", "dataset", "DATASET", "rows", "ROWS")
FACTORIES = ("environment_factory", "Environment", "Env", "World")
RESERVED = {"reset", "step", "state", "digest", "close", "after_fork", "warm", "main", "setup", "load_environment", "reward", "observe"}
NEIGHBOURS = {}
BESIDE = {"trainer_state": None, "environments": None, "completion_ids": None, "log_extra": lambda *_: None, "log_metric": lambda *_: None}
MOST_VARIABLES = 2_000  # Objects in a module's variables that are hashed after every call.
SAY = {
    "name": "$say",  # Takes turns without a call; the policy is not shown it.
    "description": "Says one turn to the environment, which answers.",
    "effect": "WRITE",
    "parameters": {"type": "object", "properties": {"text": {"type": "string", "description": "The whole turn."}}, "required": ["text"]},
}


class ModuleEnvironment:
    """Reads what a module offers; the more it says itself, the less is guessed."""

    def __init__(self, module, config, attribute=""):
        config = dict(config)
        self.module = module
        columns = config.pop("prompt_column", ""), config.pop("answer_column", "")
        self.factory = getattr(module, attribute) if attribute else first(module, FACTORIES)
        self.effects = {name: kind.upper() for name, kind in getattr(module, "effects", {}).items()}
        warm = getattr(module, "warm", None)
        if warm is not None:
            warm(**config)
        elif config:
            raise ValueError(f"{module.__name__} has no warm(...) to take its configuration: {sorted(config)}")
        source = first(module, TASKS)
        if source is None:
            raise ValueError(f"{module.__name__} needs tasks: a function or a list named tasks, of rows with a prompt")
        self.rows = Rows(source, *columns)
        weights = getattr(module, "reward_weights", None)
        functions = reward_functions(module)
        every = [Reward(function, weights[i] if weights else 1.0) for i, function in enumerate(functions)]
        self.rewards = [reward for reward in every if not reward.is_grouped()]
        self.group_rewards = [reward for reward in every if reward.is_grouped()]
        if not every and not hasattr(self.factory, "get_reward") and not hasattr(self.factory, "reward"):
            raise ValueError(f"{module.__name__} needs a reward: a function reward(completion, answer, ...) or rewards = [...]")
        self.tools = {function.__name__: function for function in tool_functions(module)}
        self.structural = self.is_structural()

    def describe(self):
        world = self.open()
        world.reset(0, 0)
        tools = [tool(function, name, self.effects.get(name)) for name, function in world.tools.items()]
        if world.talks():
            tools.append(SAY)
        unknown = sorted(set(self.effects) - {one["name"] for one in tools})
        if unknown:
            raise ValueError(f"effects names what is no tool: {unknown}; the tools are {sorted(one['name'] for one in tools)}")
        every = self.rewards + self.group_rewards
        return {
            "tasks": self.rows.count(),
            "tools": tools,
            "judged": any(reward.is_drawn() for reward in self.rewards),
            "asks": any(reward.asks for reward in every),
            "grouped": bool(self.group_rewards),
        }

    def task(self, index, seed):
        row = self.rows.row(index)
        world = self.open()
        more = world.reset(index, seed)
        answer = self.rows.answer(row)
        messages = messages_of(self.rows.prompt(row))
        if isinstance(more, str) and more:
            messages.append({"role": "user", "content": more})
        return {
            **asked(messages),
            "user": row.get("user_script"),
            "answer": None if answer is None else str(answer),
            "calls": row.get("calls") or [],
        }

    def open(self):
        return ModuleWorld(self)

    def grouped(self, ends):
        """Scores the ends of a group, one for each draw, by the functions that see all of them."""
        rows = [self.rows.row(end["index"]) for end in ends]
        prompts = [self.rows.prompt(row) for row in rows]
        completions = [completed(prompt, end["answer"], end["messages"]) for prompt, end in zip(prompts, ends)]
        columns = {name: [row.get(name) for row in rows] for name in rows[0] if name not in ("prompt", "completion")}
        answers = [self.rows.answer(row) for row in rows]
        offer = {"answer": answers, **columns, "prompts": prompts, "completions": completions, "answers": answers, "rows": rows}
        scores = [{"reward": 0.0, "parts": {}} for _ in ends]
        for reward in self.group_rewards:
            said = run(bound(reward.function, {**offer, **BESIDE, "judge": JUDGE}))
            if not isinstance(said, (list, tuple)) and not hasattr(said, "tolist") or len(said) != len(ends):
                raise ValueError(f"{reward.name} must give a list of {len(ends)} numbers, one for each draw: {said!r:.100}")
            for score, one in zip(scores, said):
                if one is not None:
                    score["parts"][reward.name] = number(one, reward.name)
                    score["reward"] += reward.weight * score["parts"][reward.name]
        if not self.rewards and any(not score["parts"] for score in scores):
            raise ValueError(f"no reward function has a score: {[reward.name for reward in self.group_rewards]}")
        return scores

    def is_structural(self):
        """Tells once whether the module's variables can be hashed in good time, and are all there is."""
        if getattr(self.module, "chained", False):
            return False
        walk = Walk()
        try:
            walk.value(variables(self.module), 0)
        except (NoDigest, RecursionError):
            return False
        return walk.count <= MOST_VARIABLES


class ModuleWorld:
    def __init__(self, offered):
        self.offered, self.row, self.index, self.instance = offered, None, None, None
        self.tools = dict(offered.tools)

    def reset(self, index, seed):
        offered = self.offered
        self.index, self.row = index, offered.rows.row(index)
        told = None
        if offered.factory is not None:
            self.instance = run(offered.factory())
            if hasattr(self.instance, "reset"):
                told = run(bound(self.instance.reset, {**self.row, "seed": seed, "task": self.row}))
            self.tools.update(methods(self.instance))
        reset = getattr(offered.module, "reset", None)
        if reset is not None:
            told = run(bound(reset, {**self.row, "task": self.row, "row": self.row, "seed": seed}))
        return told

    def talks(self):
        return hasattr(self.instance, "step") or hasattr(self.offered.module, "step")

    def call(self, name, arguments):
        if name == SAY["name"] and self.talks():
            step = getattr(self.instance, "step", None) or self.offered.module.step
            return stepped(run(step(arguments["text"])))
        try:
            said = run(self.tools[name](**arguments))
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # The policy sees it, as in TRL's trainer.
            return {"text": json.dumps({"error": f"{type(error).__name__}: {error}"}, ensure_ascii=False), "failed": True}
        return stepped(said)

    def state(self):
        own = getattr(self.instance, "state", None)
        if callable(own):
            own = own()
        elif own is None:
            own = self.instance
        if not self.offered.structural:
            raise NoDigest("the module's variables are too many, or have no canonical form")
        return {"row": self.index, "instance": own, "variables": variables(self.offered.module)}

    def reward(self, answer, messages):
        offered = self.offered
        functions = list(offered.rewards)
        for name in ("get_reward", "reward"):
            method = getattr(self.instance, name, None)
            if method is not None:
                functions.append(Reward(method, 1.0, type(self.instance).__name__))
                break
        if not functions and not offered.group_rewards:
            raise ValueError("there is no reward")
        return score(functions, offered.rows, self.row, answer, messages, self.instance)

    def after_fork(self):
        for holder in (self.offered.module, self.instance):
            hook = getattr(holder, "after_fork", None)
            if hook is not None:
                hook()


class Reward:
    """A function that scores, in whichever of the field's signatures it has."""

    def __init__(self, function, weight=1.0, name=None):
        self.function, self.weight = function, float(weight)
        self.name = name or getattr(function, "__name__", type(function).__name__)
        parameters = inspect.signature(function).parameters
        self.batched = "completions" in parameters or "prompts" in parameters
        self.asks = "judge" in parameters

    def is_grouped(self):
        return bool(getattr(self.function, "group", False))

    def is_drawn(self):
        """Tells whether two askings may differ: a judge's, or one that says that it is noisy."""
        return self.asks or any(getattr(self.function, mark, False) is True for mark in ("noisy", "judge"))

    def __call__(self, offer, row):
        if self.batched:  # TRL: lists of one, and columns as lists.
            single = {"prompts": offer["prompt"], "completions": offer["completion"], "completion_ids": None, "environments": offer["environment"]}
            given = {name: [value] for name, value in {**row, **single}.items() if name not in ("prompt", "completion")}
            given = {**BESIDE, **given, "log_metric": offer["log_metric"], "judge": JUDGE}
        else:
            given = {**row, **{k: v for k, v in offer.items() if v is not None or k not in row}, "judge": JUDGE}
        said = run(bound(self.function, given))
        if isinstance(said, (list, tuple)) and len(said) == 1:
            said = said[0]
        return said


def score(functions, rows, row, answer, messages, instance):
    """Adds up what the functions say; None is no opinion, and no opinion at all is no score."""
    prompt = rows.prompt(row)
    completion = completed(prompt, answer, messages)
    offer = {
        "prompt": prompt,
        "completion": completion,
        "answer": rows.answer(row),
        "messages": messages,
        "response": answer,
        "environment": instance,
        "env": instance,
        "world": instance,
        "state": {"prompt": prompt, "completion": completion, "answer": rows.answer(row), "info": row.get("info", {})},
        "info": row.get("info"),
        "task": row.get("task", row),
        "row": row,
        "parser": None,
        "log_metric": lambda name, value: metrics.update({str(name): number(value, name)}),
    }
    total, parts, metrics = 0.0, {}, {}
    for function in functions:
        said = function(offer, row)
        if isinstance(said, dict):
            reward = said.get("reward", said.get("score"))
            parts.update({f"{name}": number(value, name) for name, value in said.items() if name not in ("reward", "score") and is_number(value)})
        else:
            reward = said
        if reward is None:
            continue
        parts[function.name] = number(reward, function.name)
        total += function.weight * parts[function.name]
    if functions and not any(function.name in parts for function in functions):
        raise ValueError(f"no reward function has a score: {[function.name for function in functions]}")
    return {"reward": total, "parts": {**metrics, **parts}, "answer": answer}


def completed(prompt, answer, messages):
    """Returns a completion as TRL has it: messages behind a prompt of messages, else text."""
    return (answer if answer is not None else "") if isinstance(prompt, str) else messages


def is_number(value):
    return isinstance(value, (bool, int, float)) or hasattr(value, "__float__") and not isinstance(value, str)


def number(value, name):
    if not is_number(value):
        raise TypeError(f"{name} gave {type(value).__name__} instead of a number: {value!r:.100}")
    found = float(value)
    if found != found or found in (float("inf"), float("-inf")):
        raise ValueError(f"{name} gave {found}, which is no score")
    return found


def bound(function, given):
    """Calls a function with what it takes by name."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return function(**given)
    return function(**{parameter.name: given[parameter.name] for parameter in parameters if parameter.name in given})


def stepped(said):
    """Reads what a tool or a step returned: text, value, (text, done), (text, reward, done), five of Gymnasium's, or a mapping."""
    if isinstance(said, dict) and set(said) <= {"text", "done", "reward", "observation", "info", "note", "failed"} and ("text" in said or "observation" in said):
        return {**said, "text": texted(said.get("text", said.get("observation")))}
    if isinstance(said, tuple) and len(said) == 2 and isinstance(said[1], bool):
        return {"text": texted(said[0]), "done": said[1]}
    if isinstance(said, tuple) and len(said) == 3 and isinstance(said[2], bool):
        return {"text": texted(said[0]), "reward": float(said[1] or 0), "done": said[2]}
    if isinstance(said, tuple) and len(said) == 5:
        return {"text": texted(said[0]), "reward": float(said[1] or 0), "done": bool(said[2] or said[3])}
    return {"text": texted(said)}


def texted(value):
    if isinstance(value, bytes):
        raise TypeError("a tool returned bytes, which are no text")
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list, tuple, bool, int, float)) or value is None:
        return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)
    if hasattr(value, "tolist") or hasattr(value, "model_dump"):
        return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)
    if type(value).__str__ is object.__str__:
        raise TypeError(f"a tool returned a {type(value).__name__}, which has no text")
    return str(value)


def first(module, names):
    return next((getattr(module, name) for name in names if hasattr(module, name)), None)


def tool_functions(module):
    """Lists the tools: those named by the module, else its typed public functions with a docstring."""
    named = getattr(module, "tools", getattr(module, "TOOLS", None))
    if named is not None:
        return list(named() if inspect.isfunction(named) else named)
    rewards = set(reward_functions(module))
    return [
        function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and name not in RESERVED
        and name not in TASKS
        and name not in FACTORIES
        and function not in rewards
        and function.__doc__
        and all(p.annotation is not p.empty for p in inspect.signature(function).parameters.values())
    ]


def reward_functions(module):
    named = first(module, ("reward_funcs", "rewards", "REWARDS"))
    if named is not None:
        return list(named)
    return [
        function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and (name == "reward" or name.startswith("reward_") or name.endswith("_reward"))
    ]


def methods(instance):
    """Lists the public methods of an environment, which are its tools, as TRL has it."""
    hidden = RESERVED | {"get_reward"}
    return {
        name: method
        for name, method in inspect.getmembers(instance, inspect.ismethod)
        if not name.startswith("_") and name not in hidden
    }


def variables(module):
    """Collects what a module and its neighbours keep outside of functions: all of it may change."""
    return {name: {key: data_of(value) for key, value in vars(other).items() if is_data(key, value)} for name, other in neighbours(module)}


def neighbours(module):
    """Lists a module and those of its folder; looked for again only when something was imported."""
    state = len(sys.modules), next(reversed(sys.modules))
    if NEIGHBOURS.get("state") != state or NEIGHBOURS.get("of") is not module:
        folder = os.path.dirname(os.path.abspath(getattr(module, "__file__", None) or "."))
        found = []
        for name, other in list(sys.modules.items()):
            file = getattr(other, "__file__", None)
            if other is module or file and os.path.dirname(os.path.abspath(file)) == folder and "site-packages" not in folder:
                found.append((name, other))
        NEIGHBOURS.update(state=state, of=module, found=found)
    return NEIGHBOURS["found"]


def is_data(name, value):
    if name.startswith("__") or isinstance(value, (types.ModuleType, types.BuiltinFunctionType)):
        return False
    if isinstance(value, (types.FunctionType, type)):
        return bool(data_of(value))
    return type(value).__module__ not in ("typing", "__future__")


def data_of(value):
    """Returns what a class or a function keeps; other values are returned as they are."""
    if isinstance(value, type):
        return {
            name: kept
            for name, kept in vars(value).items()
            if not name.startswith("__") and not callable(kept) and not isinstance(kept, (property, classmethod, staticmethod, types.MemberDescriptorType, types.GetSetDescriptorType))
        }
    if isinstance(value, types.FunctionType):
        return {**vars(value), **({"defaults": value.__defaults__} if any(isinstance(d, (list, dict, set)) for d in value.__defaults__ or ()) else {})}
    return value


__all__ = ["ModuleEnvironment", "Reward", "content_of", "score", "text_of"]
