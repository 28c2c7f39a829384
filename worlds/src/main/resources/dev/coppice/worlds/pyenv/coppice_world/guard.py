"""What os.fork() does not copy, and what makes it cheap."""
import ctypes
import os
import re

HARMLESS_THREADS = {"jemalloc_bg_thd"}  # They start again by themselves in a child.
SHARED = re.compile(rb" .w.s ")
MAPPED = {}
HUGE_BYTES = 2 << 20
MADV_COLLAPSE = 25
FOLDERS = ("/tmp", "/dev/shm")


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
            link = os.readlink("/proc/self/fd/" + fd)
            kind = kind_of(link) or file_kind(link, fd)
        except OSError:
            continue
        if kind:
            found.append(kind)
    return found


def kind_of(link):
    if link.startswith(("socket:", "pipe:")):
        return link.split("[")[0].rstrip(":")
    if link.startswith("anon_inode:"):
        return None if "inotify" in link else link
    if link.startswith("/dev/nvidia"):
        return "device:" + link
    if link.startswith("/memfd:"):
        return "shared-memory:" + link
    return None


def file_kind(link, fd):
    if not link.startswith("/") or link.startswith(("/proc/", "/dev/", "/memfd:")):
        return None
    with open("/proc/self/fdinfo/" + fd) as file:
        flags = int(file.read().split("flags:")[1].split()[0], 8)
    return ("file-write:" if flags & 3 else "file-read:") + link


def shared_memory():
    """Lists what is mapped to be written and shared.

    A process with many libraries has a thousand mappings. They are read again only if the address space has
    another size, or shared memory that is touched has: no mapping is made and used without one of the two.
    """
    state = sizes()
    if MAPPED.get("state") != state:
        MAPPED.update(state=state, found=mapped())
    return MAPPED["found"]


def sizes():
    with open("/proc/self/status", "rb", buffering=0) as file:
        status = file.readall()
    return tuple(status[at : status.find(b"\n", at)] for at in (status.find(b"VmSize:"), status.find(b"RssShmem:")))


def mapped():
    with open("/proc/self/maps", "rb", buffering=0) as maps:
        text = maps.readall()
    found = set()
    at = SHARED.search(text)
    while at:
        line = text[at.end() : text.find(b"\n", at.end())].split(maxsplit=3)
        found.add("shared-memory:" + (line[3].decode("utf-8", "replace").strip() if len(line) > 3 else ""))
        at = SHARED.search(text, at.end())
    return sorted(found)


def files():
    """Lists what stands in the sandbox's own folders, which all its worlds share."""
    return {folder + "/" + name for folder in FOLDERS for name in os.listdir(folder)}


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
