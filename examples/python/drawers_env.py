"""Keys with values that can be moved: an environment is tasks, tools and a reward, and nothing of Coppice's."""

STORE = {}


def tasks():
    return [
        {
            "prompt": f"Move what is under k{i} to a, then say what is under a.",
            "answer": str(7 * i),
            "calls": [{"tool": "move", "arguments": {"source": f"k{i}", "target": "a"}}, {"tool": "lookup", "arguments": {"key": "a"}}],
        }
        for i in range(100)
    ]


def reset(seed):
    STORE.clear()
    STORE.update({f"k{i}": str(7 * i) for i in range(100)})


def lookup(key: str) -> str:
    """Tells what is under a key.

    Args:
        key: The key.
    """
    return STORE[key]


lookup.effect = "READ"


def move(source: str, target: str) -> str:
    """Moves a value from one key to another."""
    STORE[target] = STORE.pop(source)
    return "moved"


def reward(completion, answer, **row) -> float:
    return float(completion.strip() == answer)
