"""Answers the engine over a Unix socket and forks itself at branch points.

    python -m coppice_world SOCKET TOKEN CONFIGURATION

The engine listens on SOCKET; every process dials it once and says {"hello": TOKEN, "pid", "born"}.
Afterwards the engine asks and the process answers, one question at a time. The first process is the
zygote: it has imported the environment and plays nothing. It forks as any world does; the processes
of worlds that end are its orphans, and it alone kills.
"""
import ctypes
import gc
import io
import json
import os
import pickle
import random
import resource
import signal
import sys
import time
import traceback

from coppice_world import guard
from coppice_world.chance import reseed
from coppice_world.digest import NoDigest, digest
from coppice_world.judge import JUDGE
from coppice_world.loop import LOOP, run
from coppice_world.names import environment
from coppice_world.wire import Gone, Wire, failure, leave, own_fds, plain

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STRAY = 72  # The exit status of a process that a world forked and that came back here.


class Reborn(Exception):
    """This process is a child: the question was its parent's."""


def born(pid):
    """Returns when a process began, in ticks; with its number it names one process for good."""
    return int(stat(pid)[19])


def stat(pid):
    """Returns what the kernel tells of a process, from its state on."""
    fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    try:
        return os.read(fd, 4096).rpartition(b")")[2].split()
    finally:
        os.close(fd)


class Host:
    """One process: the zygote, or a world."""

    def __init__(self, path, token, settings, offered):
        self.path, self.settings, self.offered = path, settings, offered
        self.children, self.taint = set(), []
        self.worlds, self.world, self.copies = {}, None, 0  # Several where states are copied within a process.
        self.is_zygote = True
        self.dial(token)

    def dial(self, token):
        self.pid = os.getpid()
        self.wire = Wire(self.path, {"hello": token, "pid": self.pid, "born": born("self")})

    def serve(self):
        while True:
            try:
                request = self.wire.receive()
            except Gone:
                self.end()
            for gone in request.get("dropped", ()):
                self.worlds.pop(gone, None)
            self.world = self.worlds.get(request.get("world", 0))
            try:
                answer = {"ok": getattr(self, "do_" + request["op"])(request)}
            except Reborn:
                continue
            except Gone:
                self.end()
            except BaseException as error:  # SystemExit and KeyboardInterrupt too.
                answer = failure(type(error).__name__, str(error), traceback.format_exc())
            if os.getpid() != self.pid:
                leave(STRAY)
            flush()
            try:
                self.wire.send(answer)
            except OSError:
                self.end()
            self.reap()

    def end(self):
        """Leaves; the zygote takes all that ever descended from it along."""
        if self.is_zygote:
            while kids := guard.children():  # Orphans come to the subreaper, so this ends.
                for kid in kids:
                    kill(kid)
                time.sleep(0.001)
                reap_all()
        leave()

    def reap(self):
        if self.is_zygote:
            reap_all()
            return
        for pid in list(self.children):  # By number: what a world starts itself is its own.
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    self.children.discard(pid)
            except ChildProcessError:
                self.children.discard(pid)

    # --- forks --------------------------------------------------------------------------------

    def do_fork(self, request):
        """Copies this process once for each token, unless something would not be copied."""
        refused = self.refused(request["refuse"])
        if refused:
            return {"refused": refused}
        return {"pids": [self.fork(token) for token in request["tokens"]]}

    def refused(self, kinds):
        """Lists what a fork would not copy; a child has what its parent had, though it cannot see it."""
        own = guard.children() if self.is_zygote else self.children  # The zygote adopts orphans.
        found = guard.hazards(own_fds(self.wire) | LOOP.fds(), own)
        self.taint = sorted({*self.taint, *found})
        return [hazard for hazard in self.taint if hazard.startswith(tuple(kinds))]

    def fork(self, token):
        flush()  # Or text that waits would be written once by each child.
        drawn, collects = random.getstate(), gc.isenabled()
        gc.disable()
        pid = os.fork()
        if pid:
            self.children.add(pid)
            if collects:
                gc.enable()
            return pid
        random.setstate(drawn)  # CPython has just seeded it anew.
        self.become(collects)
        self.dial(token)
        hook = getattr(self.world, "after_fork", None)
        if hook is not None:
            hook()
        raise Reborn

    def become(self, collects):
        """Turns a copy into a process of its own; the zygote can end it with all it starts."""
        os.setsid()
        self.wire.close()
        self.children, self.is_zygote = set(), False
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        LOOP.after_fork()
        self.limit()
        if collects:
            gc.enable()

    def limit(self):
        """Bounds the address space above what the zygote has, and what is written."""
        allowed = self.settings["memory_bytes"]
        if allowed:
            # A hard limit binds children too, so it is set once, from the zygote's size.
            most = self.settings["zygote_bytes"] + allowed
            resource.setrlimit(resource.RLIMIT_AS, (most, most))

    def do_kill(self, request):
        """Ends worlds with what they started, and strays: what ran away from a world that has ended."""
        ended, strays = set(), set()
        for pid, since in request["worlds"]:
            try:
                if born(pid) == since:  # Numbers come again.
                    strays |= {pid, *under(pid, pid)}
                    ended.add(pid)
            except (OSError, IndexError):
                pass
        adopted = guard.children() - self.children_alive()
        if request["alive"] is not None:
            strays |= adopted - set(request["alive"])
        else:  # Worlds are being forked, and nobody knows their numbers yet.
            strays |= {kid for kid in adopted if leader(kid) in ended}
        for stray in strays:
            kill(stray)
        reap_all()
        return len(strays)

    def children_alive(self):
        """Returns the worlds that the zygote forked itself and that still run."""
        self.children &= guard.children()
        return self.children

    # --- play ---------------------------------------------------------------------------------

    def do_describe(self, request):
        """Says what there is: number of tasks, tools, and whether the environment talks."""
        return self.apart(lambda: plain(self.offered.describe()))

    def do_task(self, request):
        return self.apart(lambda: plain(self.offered.task(request["index"], request["seed"])))

    def do_reset(self, request):
        reseed(request["seed"])
        before = self.files()
        self.world = self.worlds[0] = self.offered.open()
        run(self.world.reset(request["index"], request["seed"]))
        self.notice(before)
        return self.digested({})

    def do_copy(self, request):
        """Copies a world within this process: not at all where it has no state, or what pickle takes along."""
        self.copies += 1
        self.worlds[self.copies] = self.world if request["kind"] == "stateless" else pickled(self.world, self.offered)
        return {"world": self.copies}

    def do_call(self, request):
        reseed(request["seed"])
        before = self.files()
        said = plain(run(self.world.call(request["tool"], request["arguments"])))
        self.notice(before)
        return self.digested(said) if request["writes"] else said

    def files(self):
        return guard.files() if self.settings.get("sandboxed") else set()

    def notice(self, before):
        """Keeps in mind files that were made: a copy of this process would share them, and is refused."""
        made = sorted(self.files() - before)
        if made:
            self.taint = sorted({*self.taint, *("file-made:" + name for name in made[:8])})

    def digested(self, said):
        """Adds the digest of the state, or why there is none: the engine then chains calls and answers."""
        try:
            said["digest"] = digest(self.world.state())
        except (NoDigest, RecursionError) as error:
            said["undigested"] = str(error)
        return said

    def do_reward(self, request):
        """Scores in a copy that is thrown away, since many scorers change or close their world."""
        if request["apart"] and self.refused(request["refuse"]):
            return {"refused": self.taint}
        reseed(request["seed"])
        JUDGE.begin(self.path, request.get("judge"), request["seed"])
        score = lambda: plain(run(self.world.reward(request["answer"], request["messages"])))
        return self.apart(score) if request["apart"] else score()

    def do_group(self, request):
        """Scores what a whole group came to, with a row for each draw."""
        reseed(request["seed"])
        JUDGE.begin(self.path, request.get("judge"), request["seed"])
        return self.apart(lambda: {"rows": plain(self.offered.grouped(request["rows"]))})

    def apart(self, work):
        """Works in a copy of this process and returns what it came to."""
        flush()
        read, write = os.pipe()
        drawn = random.getstate()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(read)
                random.setstate(drawn)
                LOOP.after_fork()
                if self.is_zygote:
                    self.limit()
                said = outcome(work)
                with os.fdopen(write, "w", encoding="utf-8") as pipe:
                    pipe.write(said)
                status = 0
            finally:
                leave(status)
        os.close(write)
        try:
            with os.fdopen(read, encoding="utf-8") as pipe:
                said = pipe.read()
        finally:
            kill(pid)
            wait(pid)
        if not said:
            raise RuntimeError("the process that worked apart died")
        told = json.loads(said)
        if "error" in told:
            raise Told(told["error"])
        return told["ok"]


class Pickler(pickle.Pickler):
    """Leaves what all worlds share where it is."""

    def __init__(self, out, shared):
        super().__init__(out)
        self.shared = shared

    def persistent_id(self, value):
        return "shared" if value is self.shared else None


class Unpickler(pickle.Unpickler):
    def __init__(self, data, shared):
        super().__init__(data)
        self.shared = shared

    def persistent_load(self, name):
        return self.shared


def pickled(world, shared):
    data = io.BytesIO()
    Pickler(data, shared).dump(world)
    data.seek(0)
    return Unpickler(data, shared).load()


class Told(Exception):
    """What a copy failed with."""

    def __init__(self, error):
        super().__init__(f"{error['kind']}: {error['message']}")


def outcome(work):
    try:
        said = json.dumps({"ok": work()}, allow_nan=False)
        return said.encode("utf-8", "replace").decode("utf-8")
    except BaseException as error:
        return json.dumps(failure(type(error).__name__, str(error), traceback.format_exc()))


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def wait(pid):
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass


def reap_all():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def under(pid, session):
    """Lists the processes below one that are of its session: what a world started, not the worlds forked from it."""
    found = set()
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                kids = [int(kid) for kid in file.read().split()]
            for kid in kids:
                if leader(kid) == session:
                    found |= {kid, *under(kid, session)}
    except OSError:  # It has ended.
        pass
    return found


def leader(pid):
    """Returns the session of a process, or None if it has ended."""
    try:
        return int(stat(pid)[3])
    except (OSError, IndexError):
        return None


def quiet(log):
    """What a world reads and prints never meets the protocol."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    if not log:
        os.dup2(null, 1)
    else:
        os.dup2(2, 1)
    os.close(null)


def address_space():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def main():
    path, token = sys.argv[1:3]
    settings = json.loads(sys.argv[3])
    sys.argv = [""]
    quiet(settings.get("log", False))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for kind, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, settings.get("processes", 0))):
        if value or kind == resource.RLIMIT_CORE:
            resource.setrlimit(kind, (value, value))
    try:
        offered = environment(settings)
    except BaseException as error:
        Wire(path, {"hello": token, "pid": os.getpid(), "born": born("self"), **failure(type(error).__name__, str(error), traceback.format_exc())})
        leave(1)
    gc.collect()
    gc.freeze()  # The collectors of children leave these pages alone.
    try:
        guard.collapse()
    except OSError:  # An older kernel: forks cost more.
        pass
    settings["zygote_bytes"] = address_space()
    Host(path, token, settings, offered).serve()
