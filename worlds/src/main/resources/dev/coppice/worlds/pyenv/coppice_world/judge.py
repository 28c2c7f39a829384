"""Asks the model that the engine has for judging, from within a reward function."""
from coppice_world.wire import Wire

USUAL_TOKENS = 256


class Judge:
    """A callable that reward functions take by the name judge: judge(prompt or messages) is the model's text."""

    def __init__(self):
        self.path = self.token = None
        self.seed = self.asked = 0

    def begin(self, path, token, seed):
        """Begins a scoring: what is asked in it is drawn by its seed."""
        self.path, self.token, self.seed, self.asked = path, token, seed, 0

    def __call__(self, prompt, system=None, max_tokens=USUAL_TOKENS):
        if not self.token:
            raise RuntimeError("there is no judge: name a model or an engine's address in world.judge")
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
        if system is not None:
            messages.insert(0, {"role": "system", "content": system})
        self.asked += 1
        wire = Wire(self.path, {"judge": self.token, "messages": messages, "tokens": max_tokens, "seed": self.seed, "number": self.asked})
        try:
            told = wire.receive()
        finally:
            wire.close()
        if "error" in told:
            raise RuntimeError(f"the judge failed: {told['error']}")
        return told["text"]


JUDGE = Judge()
