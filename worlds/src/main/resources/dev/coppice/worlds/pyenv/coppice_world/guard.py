"""What os.fork() does not copy, and what makes it cheap."""
import ctypes
import os

HARMLESS_THREADS = {"jemalloc_bg_thd"}  # They start again by themselves in a child.
HUGE_BYTES = 2 << 20
MADV_COLLAPSE = 25


def hazards(own_fds, own_children=()):
    """Lists threads, sockets, pipes, files open for writing, shared memory and children of this process."""
    found = threads() + descriptors(own_fds) + shared_memory()
    count = len(children() - set(own_children))
    return found + ([f"children:{count}"] if count else [])


def threads():
    found = []
    for task in os.listdir("/proc/self/task"):
        if int(task) == os.getpid():
            continue
        try:
            with open(f"/proc/self/task/{task}/comm") as file:
                name = file.read().strip()
        except OSError:  # It has ended since.
            continue
        if name not in HARMLESS_THREADS:
            found.append("thread:" + name)
    return found


def descriptors(own_fds):
    found = []
    for fd in os.listdir("/proc/self/fd"):
        if int(fd) in own_fds:
            continue
        try:
            link = os.readlink(f"/proc/self/fd/{fd}")
            with open(f"/proc/self/fdinfo/{fd}") as file:
                flags = int(file.read().split("flags:")[1].split()[0], 8)
        except OSError:
            continue
        kind = kind_of(link, flags)
        if kind:
            found.append(kind)
    return found


def kind_of(link, flags):
    if link.startswith(("socket:", "pipe:")):
        return link.split("[")[0].rstrip(":")
    if link.startswith("anon_inode:"):
        return None if "inotify" in link else link
    if link.startswith("/dev/nvidia"):
        return "device:" + link
    if link.startswith("/memfd:"):
        return "shared-memory:" + link
    if link.startswith("/") and not link.startswith(("/proc/", "/dev/")):
        return ("file-write:" if flags & 3 else "file-read:") + link
    return None


def shared_memory():
    with open("/proc/self/maps") as maps:
        fields = [line.split(maxsplit=5) for line in maps]
    return sorted({"shared-memory:" + (f[5].strip() if len(f) > 5 else "") for f in fields if f[1][1] == "w" and f[1][3] == "s"})


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return {int(pid) for pid in file.read().split()}


def collapse():
    """Moves anonymous memory into huge pages, of which a fork copies 512 times fewer entries; returns the MiB moved."""
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    with open("/proc/self/maps") as maps:
        fields = [line.split(maxsplit=5) for line in maps]
    moved = 0
    for f in fields:
        if f[1] == "rw-p" and (len(f) < 6 or f[5].startswith(("[heap]", "[anon"))):
            low, high = (int(value, 16) for value in f[0].split("-"))
            for at in range(-(-low // HUGE_BYTES) * HUGE_BYTES, high // HUGE_BYTES * HUGE_BYTES, HUGE_BYTES):
                moved += madvise(at, HUGE_BYTES, MADV_COLLAPSE) == 0
    return moved * HUGE_BYTES >> 20
