"""An environment of one's own: rows of tasks, a typed function as a tool, a reward. It needs nothing of Coppice's."""

VALUES = {f"k{i}": str(7 * i) for i in range(100)}


def tasks():
    """Rows with a prompt; answer and calls are what is known of a solution, where anything is."""
    return [
        {
            "prompt": f"What is under k{i}?",
            "answer": VALUES[f"k{i}"],
            "calls": [{"tool": "lookup", "arguments": {"key": f"k{i}"}}],
        }
        for i in range(100)
    ]


def lookup(key: str) -> str:
    """Looks a key up.

    Args:
        key: What is looked up.
    """
    return VALUES[key]


lookup.effect = "READ"  # A tool that nobody marks may write, which is always right and takes a copy.


def reward(completion, answer, **row) -> float:
    """Pays for the right answer."""
    return float(completion.strip() == answer)
