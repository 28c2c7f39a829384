"""Tools out of typed functions: names, descriptions, JSON schemas, effects."""
import inspect
import re
import types
import typing

KINDS = {int: "integer", float: "number", str: "string", bool: "boolean", list: "array", dict: "object", tuple: "array", set: "array"}
SECTION = re.compile(r"^(Args|Arguments|Parameters|Returns|Raises|Yields|Example|Examples|Note|Notes):\s*$")
ARGUMENT = re.compile(r"^\s*(\*{0,2}\w+)\s*(?:\(([^)]*)\))?\s*:\s*(.*)$")


def tool(function, name=None, effect=None):
    """Describes a function as a tool; one that nobody marks may write."""
    text, arguments = documented(function)
    properties, required = {}, []
    hints = hints_of(function)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or parameter.name == "self":
            continue
        described = of_type(hints.get(parameter.name, parameter.annotation))
        if parameter.name in arguments:
            described["description"] = arguments[parameter.name]
        properties[parameter.name] = described
        if parameter.default is parameter.empty:
            required.append(parameter.name)
    return {
        "name": name or function.__name__,
        "description": text or function.__name__,
        "effect": effect or effect_of(function),
        "parameters": {"type": "object", "properties": properties, "required": required},
    }


def effect_of(function):
    """Reads the marks that packages set on their functions."""
    marked = getattr(function, "effect", None)
    if isinstance(marked, str) and marked.upper() in ("PURE", "READ", "WRITE"):
        return marked.upper()
    if getattr(function, "read_only", False) or getattr(function, "readOnlyHint", False):
        return "READ"
    kind = getattr(getattr(function, "__tool_type__", None), "value", None)
    if kind is not None and getattr(function, "__mutates_state__", kind == "write") is False:
        return "READ"
    return "WRITE"


def hints_of(function):
    try:
        return typing.get_type_hints(function)
    except Exception:  # A name that only a type checker can see.
        return {}


def of_type(hint):
    """Writes a type as JSON schema; what has no such form takes anything."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in KINDS:
        return {"type": KINDS[hint]}
    if origin is typing.Literal:
        return {"enum": list(inner), **({"type": KINDS[type(inner[0])]} if len({type(i) for i in inner}) == 1 and type(inner[0]) in KINDS else {})}
    if origin is typing.Annotated:
        words = [extra for extra in inner[1:] if isinstance(extra, str)]
        return {**of_type(inner[0]), **({"description": words[0]} if words else {})}
    if origin is typing.Union or origin is getattr(types, "UnionType", None):
        others = [of_type(one) for one in inner if one is not type(None)]
        if len(others) == len(inner):
            return {"anyOf": others} if len(others) > 1 else others[0]
        return {"anyOf": [*others, {"type": "null"}]}
    if origin in (list, tuple, set, frozenset) or getattr(origin, "__name__", "") in ("Sequence", "Iterable"):
        items = of_type(inner[0]) if inner and inner[0] is not Ellipsis else {}
        return {"type": "array", **({"items": items} if items else {})}
    if origin is dict or getattr(origin, "__name__", "") == "Mapping":
        return {"type": "object"}
    if hasattr(hint, "model_json_schema"):
        return hint.model_json_schema()
    if inspect.isclass(hint) and issubclass(hint, __import__("enum").Enum):
        return {"enum": [member.value for member in hint]}
    return {}


def documented(function):
    """Splits a docstring of Google's style into its text and the descriptions of arguments."""
    text, arguments, section, latest = [], {}, "", None
    for line in (inspect.getdoc(function) or "").splitlines():
        heading = SECTION.match(line.strip()) if not line.startswith(" ") else None
        if heading:
            section = heading.group(1)
        elif not section:
            text.append(line)
        elif section in ("Args", "Arguments", "Parameters"):
            found = ARGUMENT.match(line)
            if found:
                latest = found.group(1)
                arguments[latest] = found.group(3).strip()
            elif latest and line.strip():
                arguments[latest] += " " + line.strip()
    return "\n".join(text).strip(), arguments
