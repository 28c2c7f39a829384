"""Digests a graph of Python objects by value: no addresses, no order of sets, no sharing of equal leaves."""
import hashlib
import io
import random
import socket
import types

MOST_OBJECTS = 50_000
DEEPEST = 200
LONG = 1 << 16  # Bytes and texts that are hashed once and then known by name: neither can change.
MOST_LONG = 256
KNOWN = {}
OPAQUE = (types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType, types.FrameType, socket.socket, io.IOBase)
NAMED = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)


class NoDigest(Exception):
    """The state holds something that has no canonical form."""


def digest(root):
    walk = Walk()
    walk.value(root, 0)
    return walk.out.hexdigest()


def long(x):
    """Hashes a long text or bytes; the object is kept, or a later one could have its number."""
    known = KNOWN.get(id(x))
    if known is None:
        data = x if isinstance(x, bytes) else x.encode("utf-8", "surrogatepass")
        known = x, hashlib.blake2b(data, digest_size=16).digest()
        if len(KNOWN) < MOST_LONG:
            KNOWN[id(x)] = known
    return known[1]


class Walk:
    def __init__(self):
        self.out = hashlib.blake2b(digest_size=8)
        self.seen = {}
        self.kept = []  # Or a freed object's number would be another's.
        self.count = 0

    def put(self, tag, body=b""):
        self.out.update(b"%s%d:" % (tag, len(body)))
        self.out.update(body)

    def value(self, x, depth):
        self.count += 1
        if self.count > MOST_OBJECTS or depth > DEEPEST:
            raise NoDigest(f"more than {MOST_OBJECTS} objects or {DEEPEST} levels")
        if isinstance(x, (bytes, str)) and len(x) >= LONG:
            self.put(type(x).__name__.encode(), long(x))
        elif x is None or isinstance(x, (bool, int, float, str)) and type(x).__module__ == "builtins":
            self.put(type(x).__name__.encode(), repr(x).encode("utf-8", "backslashreplace"))
        elif isinstance(x, (bytes, bytearray)):
            self.put(b"bytes", bytes(x))
        elif isinstance(x, NAMED):
            self.named(x, depth)
        elif isinstance(x, OPAQUE):
            raise NoDigest(f"{type(x).__module__}.{type(x).__qualname__}")
        elif id(x) in self.seen:
            self.put(b"again", str(self.seen[id(x)]).encode())
        else:
            if not isinstance(x, (tuple, frozenset)):
                self.seen[id(x)] = len(self.seen)  # Two names of one mutable object are part of the state.
                self.kept.append(x)
            self.container(x, depth)

    def named(self, x, depth):
        self.put(b"name", f"{getattr(x, '__module__', '')}.{getattr(x, '__qualname__', x.__name__)}".encode())
        if isinstance(x, types.FunctionType) and id(x) not in self.seen:
            self.seen[id(x)] = len(self.seen)
            for cell in x.__closure__ or ():
                try:
                    self.value(cell.cell_contents, depth + 1)
                except ValueError:  # Not filled yet.
                    self.put(b"empty")

    def container(self, x, depth):
        if isinstance(x, dict):
            self.put(b"dict" + type(x).__name__.encode(), str(len(x)).encode())
            for key in sorted(x, key=lambda key: (type(key).__name__, self.order(key))):
                self.value(key, depth + 1)
                self.value(x[key], depth + 1)
        elif isinstance(x, (list, tuple)):
            self.put(b"list" + type(x).__name__.encode(), str(len(x)).encode())
            for item in x:
                self.value(item, depth + 1)
        elif isinstance(x, (set, frozenset)):
            self.put(b"set", repr(sorted(self.order(item) for item in x)).encode())
        elif isinstance(x, types.MethodType):
            self.put(b"method", x.__name__.encode())
            self.value(x.__self__, depth + 1)
        elif isinstance(x, random.Random):
            self.put(b"random", repr(x.getstate()).encode())
        elif hasattr(x, "tobytes") and hasattr(x, "dtype"):
            self.put(b"array", str((x.dtype, getattr(x, "shape", ()))).encode())
            self.value(x.tolist(), depth + 1) if x.dtype.hasobject else self.put(b"raw", x.tobytes())
        elif hasattr(x, "bit_generator"):
            self.value(x.bit_generator.state, depth + 1)
        else:
            self.instance(x, depth)

    @staticmethod
    def order(key):
        """Sorts by value; an object without a text of its own would sort by its address."""
        if isinstance(key, (str, int, float, bool, bytes, type(None))):
            return repr(key)
        return digest(key)

    def instance(self, x, depth):
        fields = dict(getattr(x, "__dict__", {}))
        for cls in type(x).__mro__:
            names = cls.__dict__.get("__slots__", ())
            for name in (names,) if isinstance(names, str) else names:
                if name not in ("__dict__", "__weakref__") and hasattr(x, name):
                    fields[name] = getattr(x, name)
        inherited = isinstance(x, (bool, int, float, str))  # An enum's member, or a number of one's own.
        if inherited:
            fields = {"value": repr(x)}
        if not fields and type(x).__module__ != "__main__":
            fields = self.reduced(x)
        self.put(b"object", f"{type(x).__module__}.{type(x).__qualname__}".encode())
        self.value(fields, depth + 1)

    @staticmethod
    def reduced(x):
        """Asks pickle's protocol for the state of what keeps it out of sight."""
        try:
            made = x.__reduce_ex__(4)
        except Exception as error:
            raise NoDigest(f"{type(x).__module__}.{type(x).__qualname__}: {error}") from None
        if isinstance(made, str):
            return {"name": made}
        items = [list(part) if part is not None else None for part in made[3:5]]
        return {"arguments": [a for a in made[1] if not isinstance(a, type)], "state": made[2] if len(made) > 2 else None, "items": items}
