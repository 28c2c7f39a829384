"""A state that pickle takes along whole: an instance without closures, and nothing beside it."""

tasks = [{"prompt": "Fill the jar.", "goal": n} for n in range(4)]


class Environment:
    def reset(self, goal, **row):
        self.count, self.goal = 0, goal

    def add(self, times: int) -> str:
        """Adds."""
        self.count += times
        return f"now {self.count}"

    def get_reward(self):
        return float(self.count == self.goal)
