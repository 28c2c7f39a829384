"""An environment of OpenEnv: a walk along a line, for the tests of its adapter."""
import random

from openenv.core.env_server.interfaces import Action, Environment, Observation, State


class Step(Action):
    """Takes steps along the line."""

    by: int


class Seen(Observation):
    place: int


class Line(Environment):
    def __init__(self):
        super().__init__()
        self.place, self.steps = 0, 0

    def reset(self, seed=None, episode_id=None, **kwargs):
        self.place, self.steps = random.randrange(5), 0
        return Seen(place=self.place, done=False, reward=None)

    def step(self, action, timeout_s=None, **kwargs):
        self.place += action.by
        self.steps += 1
        return Seen(place=self.place, done=self.place >= 9, reward=float(action.by) / 10)

    @property
    def state(self):
        return State(step_count=self.steps)
