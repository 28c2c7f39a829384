"""Environments that are known by name: PACKAGE/ID. Each class is the least that plays its package."""
import random
import re
import types

from coppice_world.chance import reseed
from coppice_world.module import SAY, number
from coppice_world.rows import Rows, asked, content_of, messages_of

ENDLESS = None
HIGHLIGHT = re.compile("\x1b\\[4[0-9]m(.)\x1b\\[0m")
COLOUR = re.compile("\x1b\\[[0-9;]*m")


class ReasoningGym:
    """reasoning-gym/NAME: one question, one answer, scored by the data set; configuration: size, dataset_seed, the generator's keys."""

    def __init__(self, name, config):
        import reasoning_gym

        config = {"size": 500, "dataset_seed": 1, **config}
        size, seed = config.pop("size"), config.pop("dataset_seed")
        self.data = reasoning_gym.create_dataset(name, seed=seed, size=size, **config)
        self.size, self.seed = size, seed
        self.data[0]  # Loads lazily: better here, once.

    def describe(self):
        return {"tasks": self.size, "tools": []}

    def task(self, index, seed):
        entry = self.entry(index)
        answer = entry["answer"]
        return {"prompt": entry["question"], "answer": None if answer is None else str(answer)}

    def entry(self, index):
        """Draws an entry; some data sets take numbers from the process-wide generator, and would ask one thing and score another."""
        reseed(self.seed * 1_000_003 + index)
        return self.data[index]

    def open(self):
        return ReasoningGymWorld(self)


class ReasoningGymWorld:
    def __init__(self, offered):
        self.offered, self.index, self.entry = offered, None, None

    def reset(self, index, seed):
        self.index, self.entry = index, self.offered.entry(index)

    def call(self, tool, arguments):
        raise LookupError("there are no tools")

    def state(self):
        return self.index, self.entry["question"]

    def reward(self, answer, messages):
        if answer is None:
            return {"reward": 0.0, "answer": None}
        try:
            return {"reward": number(self.offered.data.score_answer(answer, self.entry), "score_answer"), "answer": answer}
        except Exception as error:  # Some scorers raise on words where they expect numbers.
            return {"reward": 0.0, "answer": answer, "note": f"the scorer raised {type(error).__name__}: {error}"}


class Talking:
    """An environment whose turns are text; its one tool is what the policy says."""

    def describe(self):
        return {"tasks": self.tasks(), "tools": [SAY]}

    def tasks(self):
        return ENDLESS

    def task(self, index, seed):
        random.seed(seed)
        world = self.open()
        prompt = world.reset(index, seed)
        return {**asked(messages_of(prompt)), "answer": None}


class TextArena(Talking):
    """textarena/ID: games of one player; configuration: what the game takes."""

    def __init__(self, name, config):
        import textarena

        self.textarena, self.config = textarena, config
        # The plain id wraps the game: every observation would be the whole history again.
        self.name = name if name.endswith("-raw") else name + "-raw"
        TextArenaWorld(self).reset(0, 0)  # Loads lazily: better here, once.

    def open(self):
        return TextArenaWorld(self)


class TextArenaWorld:
    def __init__(self, offered):
        self.offered, self.game, self.over = offered, None, False

    def reset(self, index, seed):
        self.game = self.offered.textarena.make(self.offered.name, **self.offered.config)
        self.game.reset(num_players=1, seed=seed)
        return self.observed()

    def observed(self):
        _, seen = self.game.get_observation()
        echo = self.offered.textarena.ObservationType.PLAYER_ACTION
        return "\n".join(str(message) for _, message, kind in seen if kind is not echo)

    def call(self, tool, arguments):
        if self.over:
            return {"text": "The game is over.", "done": True}
        self.over, _ = self.game.step(action=arguments["text"])
        return {"text": "" if self.over else self.observed(), "done": bool(self.over)}

    def state(self):
        return self.over, self.game.state.__dict__

    def reward(self, answer, messages):
        if not self.over:
            return {"reward": 0.0, "parts": {"finished": 0.0}}
        rewards, info = self.game.close()
        if rewards is None:
            raise ValueError("the game gave no reward")
        reward = rewards[0] if not isinstance(rewards, dict) else next(iter(rewards.values()))
        if isinstance(reward, str):  # Some games swap reward and reason after a badly formed move.
            raise TypeError(f"the game gave a text instead of a reward: {reward[:100]}")
        return {"reward": number(reward, "reward"), "parts": {"finished": 1.0}}


class Gymnasium(Talking):
    """gymnasium/ID: actions by number or name; configuration: render ("ansi"), actions {name: number}, what the environment takes."""

    def __init__(self, name, config):
        import gymnasium

        config = {"render": "ansi", "actions": {}, **config}
        self.gymnasium, self.name = gymnasium, name
        self.render, self.actions = config.pop("render"), config.pop("actions")
        self.config = config
        GymnasiumWorld(self).reset(0, 0)  # Loads lazily: better here, once.

    def make(self):
        return self.gymnasium.make(self.name, render_mode=self.render or None, **self.config)

    def open(self):
        return GymnasiumWorld(self)


class GymnasiumWorld:
    def __init__(self, offered):
        self.offered, self.env, self.total, self.over = offered, None, 0.0, False

    def reset(self, index, seed):
        self.env = self.offered.make()
        seen, _ = self.env.reset(seed=seed & 0x7FFFFFFF)
        return self.shown(seen)

    def shown(self, seen):
        if not self.offered.render:
            return str(seen)
        text = HIGHLIGHT.sub(r"[\1]", self.env.render() or "")  # Where the player is stands in colour alone.
        return COLOUR.sub("", text)

    def call(self, tool, arguments):
        if self.over:
            return {"text": "The episode is over.", "done": True}
        text = arguments["text"].strip()
        action = self.offered.actions.get(text.lower())
        if action is None:
            if not text.lstrip("-").isdigit() or not self.env.action_space.contains(int(text)):
                names = f" or one of {sorted(self.offered.actions)}" if self.offered.actions else ""
                return {"text": f"There is no action {text[:50]!r}; an action is a number of {self.env.action_space}{names}.", "failed": True}
            action = int(text)
        seen, reward, ended, cut, _ = self.env.step(action)
        self.total += float(reward)
        self.over = bool(ended or cut)
        return {"text": self.shown(seen), "done": self.over, "reward": float(reward)}

    def state(self):
        env = self.env.unwrapped
        kept = {name: value for name, value in vars(env).items() if name in ("s", "state", "lastaction", "player", "dealer", "_np_random")}
        steps = getattr(self.env, "_elapsed_steps", None)
        return kept or vars(env), self.total, self.over, steps

    def reward(self, answer, messages):
        return {"reward": self.total}


class SkyRl(Talking):
    """skyrl/ID: configuration: extras (a list of rows, or a file of rows) and env_config."""

    def __init__(self, name, config):
        import skyrl_gym

        config = dict(config)
        self.gym, self.name = skyrl_gym, name
        extras = config.pop("extras", None)
        if extras is None:
            raise ValueError('skyrl needs its rows: "extras", a list or a file of rows with a prompt')
        self.rows, self.env_config = Rows(extras), config.pop("env_config", {})
        if config:
            raise ValueError(f"unknown configuration: {sorted(config)}; known are extras, env_config")

    def tasks(self):
        return self.rows.count()

    def open(self):
        return SkyRlWorld(self)


class SkyRlWorld:
    def __init__(self, offered):
        self.offered, self.env, self.total, self.over = offered, None, 0.0, False

    def reset(self, index, seed):
        row = self.offered.rows.row(index)
        settings = types.SimpleNamespace(**self.offered.env_config)
        self.env = self.offered.gym.make(self.offered.name, env_config=settings, extras=row)
        prompt = row["prompt"]
        chat, _ = self.env.init([{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt)
        return chat

    def call(self, tool, arguments):
        if self.over:
            return {"text": "The episode is over.", "done": True}
        told = self.env.step(arguments["text"])
        self.total += float(told["reward"])
        self.over = bool(told["done"])
        text = "\n".join(content_of(message) for message in told["observations"])
        return {"text": text, "done": self.over, "reward": float(told["reward"])}

    def state(self):
        left_out = ("tool_groups", "tool_to_toolgroup")  # Functions, and a copy of what they serve.
        return {name: value for name, value in vars(self.env).items() if name not in left_out}, self.total

    def reward(self, answer, messages):
        if not self.over and answer is not None:  # Its last turn is the answer.
            self.call(SAY["name"], {"text": answer})
        metrics = self.env.get_metrics() if hasattr(self.env, "get_metrics") else {}
        parts = {name: float(value) for name, value in metrics.items() if isinstance(value, (bool, int, float))}
        return {"reward": self.total, "parts": parts}


__all__ = ["Gymnasium", "ReasoningGym", "SkyRl", "TextArena"]
