"""Rows of tasks: lists, data sets, generators, JSONL, Parquet; and an environment that has nothing else."""
import itertools
import json
import re

PROMPTS = ("prompt", "question", "problem", "instruction", "input", "query")
ANSWERS = ("answer", "ground_truth", "solution", "target", "label", "expected_answer")
GENERATED = 10_000  # Rows of a generator that are drawn to see whether it ends.


class Rows:
    """Gives rows by index; the length is None where there is no end."""

    def __init__(self, source, prompt_column="", answer_column=""):
        self.prompt_column, self.answer_column = prompt_column, answer_column
        self.more = None
        if callable(source):
            source = source()
        if isinstance(source, str) or hasattr(source, "__fspath__"):
            source = read(str(source))
        if isinstance(source, dict):  # Splits of a data set.
            source = source.get("train") or next(iter(source.values()))
        if hasattr(source, "__getitem__") and hasattr(source, "__len__"):
            self.rows = source
        else:
            self.more = iter(source)
            self.rows = list(itertools.islice(self.more, GENERATED))
            if len(self.rows) < GENERATED:
                self.more = None
        if len(self.rows) == 0:
            raise ValueError("there are no tasks")

    def __len__(self):
        return len(self.rows)

    def count(self):
        return None if self.more is not None else len(self.rows)

    def row(self, index):
        if self.more is not None and index >= len(self.rows):
            self.rows += itertools.islice(self.more, index + 1 - len(self.rows))
        row = self.rows[index]
        if isinstance(row, str):
            row = {"prompt": row}
        return dict(row)

    def prompt(self, row):
        return found(row, self.prompt_column, PROMPTS, "a prompt")

    def answer(self, row):
        if self.answer_column:
            return found(row, self.answer_column, (), "an answer")
        return next((row[name] for name in ANSWERS if row.get(name) is not None), None)


def found(row, column, usual, what):
    if column:
        if column not in row:
            raise KeyError(f"no column {column}; the columns are {sorted(row)}")
        return row[column]
    for name in usual:
        if name in row:
            return row[name]
    raise KeyError(f"a row needs {what} in one of {', '.join(usual)}; its columns are {sorted(row)}")


def read(path):
    if path.endswith(".parquet"):
        import pyarrow.parquet

        return pyarrow.parquet.read_table(path).to_pylist()
    with open(path, encoding="utf-8") as file:
        if path.endswith(".json"):
            return json.load(file)
        return [json.loads(line) for line in file if line.strip()]


def hugging_face(name):
    """Reads a data set by its name, NAME or NAME:SPLIT."""
    try:
        import datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{error}: a data set by name needs it; a FILE.jsonl or FILE.parquet does not") from None
    name, _, split = name.partition(":")
    return datasets.load_dataset(name, split=split or None)


def messages_of(prompt):
    """Reads a prompt, a text or a chat, as messages of a role and a text."""
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    return [{"role": message["role"], "content": content_of(message)} for message in prompt]


def asked(messages):
    """Describes what a task begins with; messages of one user are one, and a user speaks last."""
    joined = []
    for message in messages:
        if joined and joined[-1]["role"] == message["role"] == "user":
            joined[-1] = {"role": "user", "content": joined[-1]["content"] + "\n\n" + message["content"]}
        else:
            joined.append(message)
    if joined[-1]["role"] not in ("user", "assistant"):
        raise ValueError(f"a prompt ends with a message of a user, not of {joined[-1]['role']}")
    return {"prompt": text_of(joined), "messages": joined}


def text_of(prompt):
    """Writes a prompt as text: one message as itself, several under their roles."""
    messages = messages_of(prompt)
    if len(messages) == 1:
        return messages[0]["content"]
    return "\n\n".join(f"{message['role']}: {message['content']}" for message in messages)


def content_of(message):
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content)
    return content


def scored(kind, answer, expected):
    """Compares an answer with the known one: exact, as numbers, or by a regular expression."""
    given, expected = (answer or "").strip(), str(expected).strip()
    if kind == "exact":
        return float(given == expected)
    if kind == "regex":
        return float(re.search(expected, given) is not None)
    if kind == "math":
        return float(number(given) is not None and number(given) == number(expected) or given == expected)
    raise ValueError(f"a reward is exact, math, regex or a FILE.py, not {kind}")


def number(text):
    """Returns the last number of a text as a fraction, or None."""
    from fractions import Fraction

    numbers = re.findall(r"-?\d[\d,]*(?:\.\d+)?(?:\s*/\s*\d+)?", text)
    try:
        return Fraction(numbers[-1].replace(",", "").replace(" ", "")) if numbers else None
    except (ValueError, ZeroDivisionError):
        return None


class RowsEnvironment:
    """Asks rows and scores answers by what is known; "reward" is exact, math, regex or a FILE.py."""

    def __init__(self, source, config):
        config = dict(config)
        self.rows = Rows(source, config.pop("prompt_column", ""), config.pop("answer_column", ""))
        self.kind = config.pop("reward", "exact")
        self.functions = []
        if config:
            raise ValueError(f"unknown configuration: {sorted(config)}; known are prompt_column, answer_column, reward")
        if self.kind.endswith(".py"):
            from coppice_world.module import Reward, reward_functions
            from coppice_world.names import file_module

            self.functions = [Reward(function) for function in reward_functions(file_module(self.kind))]
        else:
            scored(self.kind, "", "")

    def describe(self):
        return {"tasks": self.rows.count(), "tools": []}

    def task(self, index, seed):
        row = self.rows.row(index)
        answer = self.rows.answer(row)
        return {**asked(messages_of(self.rows.prompt(row))), "answer": None if answer is None else str(answer)}

    def open(self):
        return RowsWorld(self)


class RowsWorld:
    def __init__(self, offered):
        self.offered, self.row = offered, None

    def reset(self, index, seed):
        self.row = self.offered.rows.row(index)

    def call(self, tool, arguments):
        raise LookupError("there are no tools")

    def state(self):
        return self.row

    def reward(self, answer, messages):
        offered = self.offered
        if offered.functions:
            from coppice_world.module import score

            return score(offered.functions, offered.rows, self.row, answer, messages, None)
        expected = offered.rows.answer(self.row)
        if expected is None:
            raise ValueError("the row has no answer to compare with")
        return {"reward": scored(offered.kind, answer, expected), "answer": (answer or "").strip()}
