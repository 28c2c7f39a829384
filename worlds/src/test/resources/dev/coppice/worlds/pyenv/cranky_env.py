"""Does what environments should not do."""
import ctypes
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

KEPT, COUNT = [], {"n": 0}
tasks = [{"prompt": "misbehave", "answer": "yes"}]


def count() -> int:
    """Counts."""
    COUNT["n"] += 1
    return COUNT["n"]


def draw() -> float:
    """Draws from the process-wide generator without a seed of its own."""
    KEPT.append(random.random())
    return KEPT[-1]


def misbehave(how: str) -> str:
    """Misbehaves."""
    COUNT["n"] += 100
    return globals()["do_" + how]()


def do_loop():
    while True:
        pass


def do_stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ctypes.PyDLL(None).sleep(600)  # Holds the interpreter's lock.


def do_stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def do_raise():
    raise ValueError("as asked")


def do_exit():
    sys.exit(3)


def do_interrupt():
    raise KeyboardInterrupt


def do_recurse():
    return do_recurse()


def do_die():
    os._exit(5)


def do_crash():
    ctypes.string_at(0)


def do_close():
    os.closerange(0, 1024)


def do_print():
    for _ in range(3):
        print("x" * 1_000_000)
    return "printed"


def do_long():
    return "x" * 10_000_000


def do_nan():
    return {"text": "nan", "reward": float("nan")}


def do_bytes():
    return b"bytes"


def do_thing():
    return object()


def do_deep():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep


def do_half():
    return "half \ud800 a character"


def do_leak():
    KEPT.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(100))
    return "leaked"


def do_thread():
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    return "started"


def do_helper():
    KEPT.append(subprocess.Popen(["sleep", "600"]))
    return "started"


def do_write():
    file = tempfile.TemporaryFile("w")
    file.write("x")
    KEPT.append(file)
    return "open"


def do_fork():
    os.fork()
    return "forked"


def do_daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    os.wait()
    return "gone"


def do_bomb():
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
    return "bombed"


def do_memory():
    KEPT.append(bytearray(3 << 30))
    return "held"


def do_flood():
    from socket import socket  # Writes on every descriptor it finds.

    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            os.write(fd, b"\xff\xff\xff\xff garbage")
        except OSError:
            pass
    return "flooded"


def reward(completion, **row):
    if completion == "none":
        return None
    if completion == "nan":
        return float("nan")
    if completion == "raise":
        raise RuntimeError("the scorer")
    if completion == "hang":
        time.sleep(600)
    return 1.0
