"""TRL's conventions: an environment's class whose public methods are tools, and reward functions of lists."""

dataset = [{"prompt": [{"role": "user", "content": "Count to two."}], "goal": 2}]


class Environment:
    def __init__(self):
        self.hooks = [lambda: setattr(self, "count", self.count + 1)]  # A closure over the instance.

    def reset(self, goal, **row):
        self.count, self.goal = 0, goal
        return f"The goal is {goal}."

    async def add(self, times: int = 1) -> str:
        """Adds.

        Args:
            times: How often.
        """
        for _ in range(times):
            self.hooks[0]()
        if times > 5:
            raise ValueError("too often")
        return f"now {self.count}"

    def get_reward(self):
        return 1.0 if self.count == self.goal else 0.0


def length_reward(prompts, completions, goal, environments, **kwargs):
    assert environments[0].goal == goal[0]
    return [0.1 * len(completions[0])]


def silent_reward(completions, **kwargs):
    return [None]
