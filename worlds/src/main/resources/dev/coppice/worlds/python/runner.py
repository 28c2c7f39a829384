"""Runs cells of model-written code, one process for each state, and forks a process where a branch forks.

Started inside the sandbox with its limits, a seed, a socket and a token as arguments. This process is the
keeper: it runs no cell. It bounds files, and ends processes when the engine says so on standard input. Its
first fork runs cells; every further state is a fork of one that does, and hangs below the keeper as well.

A process that runs cells dials the socket and says a line "TOKEN PID BORN". A request is a line "NONCE LENGTH
SHARED" and the code, or "NONCE fork TOKEN"; the reply is whatever the cell writes, then a NUL, the nonce, a
status and a line feed. Limits are set before the first cell and are hard: what the cells run cannot raise them.

Processes of one sandbox share its folders. SHARED says that others were ever forked here: then a cell that
finds or leaves a trace of a file is "moved": its state is made again in a sandbox of its own.
"""
import ast
import ctypes
import gc
import os
import random
import resource
import select
import signal
import socket
import sys
import time
import traceback

SET_DUMPABLE, SUBREAPER = 4, 36
FOLDERS = ("/tmp", "/dev/shm")
MOST_FILES = 65_536
LOOK_S = 0.1
LIBC = ctypes.CDLL(None)


def limit(memory, processes, file_bytes, open_files, cpu_seconds):
    wanted = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    )
    for kind, value in wanted:
        resource.setrlimit(kind, (value, value))


def execute(code, space):
    tree = ast.parse(code, "<cell>")
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "<cell>", "exec"), space)
    if last is not None:
        value = eval(compile(last, "<cell>", "eval"), space)
        if value is not None:
            print(repr(value))


def report(error):
    # The first frames are this file's own; what the cell did begins where its name does.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<cell>":
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace, limit=-8)
    print("".join(lines), end="")


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


# --- processes ----------------------------------------------------------------------------------


def born(pid, read=os.read, opened=os.open, close=os.close):
    fd = opened(f"/proc/{pid}/stat", os.O_RDONLY)
    try:
        return int(read(fd, 4096).rpartition(b")")[2].split()[19])
    finally:
        close(fd)


def below(pid, listed=os.listdir, opened=open):
    """Lists all that descend from a process."""
    found = []
    try:
        for task in listed(f"/proc/{pid}/task"):
            with opened(f"/proc/{pid}/task/{task}/children") as file:
                for kid in file.read().split():
                    found += [int(kid), *below(kid)]
    except OSError:  # It has ended.
        pass
    return found


def kill(pids, killed=os.kill):
    for pid in pids:
        try:
            killed(pid, signal.SIGKILL)
        except OSError:
            pass


def reap(wait=os.waitpid):
    try:
        while wait(-1, os.WNOHANG)[0]:
            pass
    except OSError:
        pass


def ended(me, pause=time.sleep):
    """Ends what a cell has started; all that strays comes back to its cell's process, which adopts it."""
    for _ in range(1_000):
        kids = below(me)
        if not kids:
            return True
        kill(kids)
        reap()
        if below(me):
            pause(0.001)
    return False


def traces(stat=os.stat):
    """Tells of every file that was ever made here: a folder remembers when it changed last."""
    seen = [stat(folder) for folder in FOLDERS]
    return [(one.st_mtime_ns, one.st_ctime_ns) for one in seen]


# --- the keeper ---------------------------------------------------------------------------------


class Keeper:
    """Ends processes when it is told to, and everything when there are too many files or the engine is gone."""

    def __init__(self, first, named):
        self.states, self.named, self.most = {first}, named, {folder: files(folder) + MOST_FILES for folder in FOLDERS}

    def keep(self):
        LIBC.prctl(SUBREAPER, 1, 0, 0, 0)
        waiting, text = select.poll(), b""
        waiting.register(0, select.POLLIN)
        while True:
            if waiting.poll(LOOK_S * 1_000):
                data = os.read(0, 65_536)
                if not data:
                    os._exit(0)
                *lines, text = (text + data).split(b"\n")
                for line in lines:
                    self.end(*map(int, line.split()))
            self.clear()
            if any(files(folder) > self.most[folder] for folder in FOLDERS):
                os._exit(3)

    def end(self, pid, since):
        """Ends a state's process with all below it."""
        self.states.discard(pid)
        try:
            if born(pid) == since:  # Numbers come again.
                kill([pid, *below(pid)])
        except (OSError, IndexError):
            pass

    def clear(self):
        """Ends what states that have ended left behind: the keeper adopts it."""
        reap()
        found = kids()
        # A state's number is written before the keeper can have adopted it.
        try:
            while names := os.read(self.named, 65_536).split():
                self.states.update(map(int, names))
        except BlockingIOError:
            pass
        self.states &= found
        kill(found - self.states)


def files(folder):
    used = os.statvfs(folder)
    return used.f_files - used.f_ffree


def kids():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return {int(kid) for kid in file.read().split()}


# --- states -------------------------------------------------------------------------------------


class State:
    """One process that remembers what its cells defined."""

    def __init__(self, path, clean, names):
        self.path, self.clean, self.names = path, clean, names
        self.space = {"__name__": "__main__", "__builtins__": __builtins__}

    def dial(self, token):
        """Connects to the engine; what cells write goes there as well."""
        self.here = os.getpid()
        LIBC.prctl(SUBREAPER, 1, 0, 0, 0)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.connect(self.path)
        line.sendall(f"{token} {self.here} {born(self.here)}\n".encode())
        for standard in (1, 2):
            os.dup2(line.fileno(), standard)
        self.requests = os.fdopen(os.dup(line.fileno()), "rb")
        self.reply = os.dup(line.fileno())
        line.close()
        os.write(self.reply, b"\0ready\n")

    def serve(self):
        write, leave = os.write, os._exit
        while True:
            header = self.requests.readline()
            if not header:
                leave(0)
            nonce, what, more = header.split()
            if what == b"fork":
                status = self.fork(more.decode())
                if status is None:
                    continue
            else:
                code = self.requests.read(int(what)).decode("utf-8", "replace")
                status = self.ran(code, more == b"1", nonce)
            flush()
            write(self.reply, b"\0" + nonce + b" " + status + b"\n")

    def ran(self, code, shared, nonce):
        if shared and traces() != self.clean:
            return b"moved"
        status, getpid, leave = b"ok", os.getpid, os._exit
        try:
            execute(code, self.space)
        except BaseException as error:
            status = b"error"
            try:
                report(error)
            except BaseException:
                pass
        flush()
        if getpid() != self.here:
            # A child that the cell forked and that came back from it: it is not the interpreter.
            leave(0)
        if not ended(self.here):
            leave(4)
        if shared and traces() != self.clean:
            return b"moved"
        return status + self.alone()

    def alone(self, listed=os.listdir):
        """Leaves a cell's threads behind: a copy of this process, which has none, goes on in its place."""
        if len(listed("/proc/self/task")) == 1:
            return b""
        drawn = random.getstate()
        if copy := os.fork():
            os.write(self.names, b"%d " % copy)
            os._exit(0)
        random.setstate(drawn)
        self.here = os.getpid()
        LIBC.prctl(SUBREAPER, 1, 0, 0, 0)
        return f" {self.here} {born(self.here)}".encode()

    def fork(self, token):
        """Copies this state into a process that hangs below the keeper; there it returns None."""
        if traces() != self.clean:
            return b"moved"
        drawn, collects = random.getstate(), gc.isenabled()
        gc.disable()
        LIBC.prctl(SUBREAPER, 0, 0, 0, 0)  # Or it would be this process that adopts it.
        try:
            between = os.fork()
        except OSError:  # Others have not ended yet: this one is made elsewhere.
            between = None
        if between == 0:
            try:
                copy = os.fork()
            except OSError:
                os._exit(1)
            if copy:
                os.write(self.names, b"%d " % copy)
                os._exit(0)
            random.setstate(drawn)  # CPython has just seeded it anew.
            self.requests.close()
            os.close(self.reply)
            self.dial(token)
        else:
            made = between is not None and os.waitpid(between, 0)[1] == 0
            LIBC.prctl(SUBREAPER, 1, 0, 0, 0)
        if collects:
            gc.enable()
        return None if between == 0 else b"ok" if made else b"moved"


def main():
    limits, seed = [int(word) for word in sys.argv[1:6]], int(sys.argv[6])
    path, token = sys.argv[7:9]
    sys.argv = [""]
    limit(*limits)
    random.seed(seed)
    LIBC.prctl(SET_DUMPABLE, 0, 0, 0, 0)  # So no process here reads another's memory or files.
    named, names = os.pipe()
    os.set_blocking(named, False)
    state = State(path, traces(), names)
    gc.collect()
    gc.freeze()  # The collectors of copies leave these pages alone.
    drawn = random.getstate()
    if first := os.fork():
        Keeper(first, named).keep()
    os.close(named)
    random.setstate(drawn)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.environ.clear()
    state.dial(token)
    state.serve()


main()
