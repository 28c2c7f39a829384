"""Keys with values, a die, and a reward: an environment of plain functions."""
import random

STORE, THROWN = {}, []


def tasks():
    return [
        {"prompt": f"What is under k{i}?", "answer": str(7 * i), "calls": [{"tool": "lookup", "arguments": {"key": f"k{i}"}}]}
        for i in range(8)
    ]


def reset(seed):
    STORE.clear()
    THROWN.clear()
    STORE.update({f"k{i}": str(7 * i) for i in range(8)})


def lookup(key: str) -> str:
    """Looks a key up.

    Args:
        key: What is looked up.
    """
    return STORE[key]


lookup.effect = "READ"


def put(key: str, value: int = 3) -> str:
    """Puts a value under a key."""
    STORE[key] = str(value)
    return "put"


async def throw(sides: int) -> int:
    """Throws a die."""
    THROWN.append(random.randint(1, max(1, sides)))
    return THROWN[-1]


def reward(completion, answer, **row) -> float:
    STORE.clear()  # A scorer that changes its world.
    return float(completion.strip() == answer)


def form_reward(completions, **columns):
    return [0.5 if completion.strip() else 0.0 for completion in completions]
