package dev.coppice.worlds.python;

import java.util.List;

/** Programs that reach for the kernel: privileges, namespaces, tracing, devices. */
final class KernelAbuses {
  private KernelAbuses() {}

  private static final String C =
      """
      import ctypes, os, platform, signal
      libc = ctypes.CDLL(None, use_errno=True)
      intel = platform.machine() == "x86_64"
      """;

  static final List<Abuse> ALL =
      List.of(
          Abuse.plain(
              "make a user namespace",
              C
                  + """
                  child = os.fork()
                  if child == 0:
                      os._exit(0 if libc.unshare(0x10000000) == 0 else 1)
                  print("ESCAPED" if os.waitpid(child, 0)[1] == 0 else "")
                  """),
          Abuse.plain(
              "clone into a user namespace",
              C
                  + """
                  child = libc.syscall(56 if intel else 220, 0x10000000 | 17, 0, 0, 0, 0)
                  if child == 0:
                      os._exit(0)
                  print("ESCAPED" if child > 0 else "")
                  """),
          Abuse.root(
              "enter a namespace",
              C
                  + """
                  fd = os.open("/proc/self/ns/uts", os.O_RDONLY)
                  print("ESCAPED" if libc.setns(fd, 0) == 0 else "")
                  """),
          Abuse.root(
              "mount a file system",
              C
                  + """
                  os.mkdir("point")
                  if libc.mount(b"none", b"point", b"tmpfs", 0, None) == 0:
                      print("ESCAPED")
                      libc.umount2(b"point", 2)
                  """),
          Abuse.root(
              "open a file system by descriptor",
              C
                  + """
                  print("ESCAPED" if libc.syscall(430, b"tmpfs", 0) >= 0 else "")
                  """),
          Abuse.root(
              "change the root",
              C
                  + """
                  child = os.fork()
                  if child == 0:
                      os._exit(0 if libc.chroot(b".") == 0 else 1)
                  print("ESCAPED" if os.waitpid(child, 0)[1] == 0 else "")
                  """),
          Abuse.root(
              "become root",
              """
              import os
              os.setuid(0)
              os.setgid(0)
              print("ESCAPED" if os.getuid() == 0 else "")
              """),
          Abuse.root(
              "give a file to root with the setuid bit",
              """
              import os, shutil
              shutil.copy("/usr/bin/id", "id")
              os.chown("id", 0, 0)
              os.chmod("id", 0o4755)
              print("ESCAPED")
              """),
          Abuse.plain(
              "trace a process",
              C
                  + """
                  child = os.fork()
                  if child == 0:
                      signal.pause()
                  print("ESCAPED" if libc.ptrace(16, child, 0, 0) == 0 else "")
                  os.kill(child, signal.SIGKILL)
                  """),
          Abuse.plain(
              "read memory of a process",
              C
                  + """
                  class Part(ctypes.Structure):
                      _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
                  mine, copy = ctypes.create_string_buffer(b"memory"), ctypes.create_string_buffer(6)
                  to, of = Part(ctypes.addressof(copy), 6), Part(ctypes.addressof(mine), 6)
                  read = libc.process_vm_readv(
                      os.getpid(), ctypes.byref(to), 1, ctypes.byref(of), 1, 0)
                  print("ESCAPED" if read == 6 else "")
                  """),
          Abuse.root(
              "make a device",
              """
              import os, stat
              os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0))
              print("ESCAPED")
              """),
          Abuse.root(
              "open the kernel's devices",
              """
              import os
              for name in ("kmsg", "mem", "port", "kvm", "fuse", "vda", "sda", "net/tun"):
                  try:
                      os.close(os.open("/dev/" + name, os.O_RDONLY))
                      print("ESCAPED", name)
                  except OSError as e:
                      print(e)
              """),
          Abuse.root(
              "type into a terminal",
              """
              import fcntl, os, pty
              side, terminal = pty.openpty()
              fcntl.ioctl(terminal, 0x5412, b"x")
              print("ESCAPED")
              """),
          Abuse.plain(
              "turn off address randomisation",
              C
                  + """
                  print("ESCAPED" if libc.personality(0x0040000) >= 0 else "")
                  """),
          Abuse.plain(
              "keep a secret in the kernel's keyring",
              C
                  + """
                  key = libc.syscall(248 if intel else 217, b"user", b"coppice", b"x", 1, -1)
                  print("ESCAPED" if key > 0 else "")
                  """),
          Abuse.root(
              "measure the kernel",
              C
                  + """
                  attributes = ctypes.create_string_buffer(128)
                  ctypes.c_uint32.from_buffer(attributes, 0).value = 1
                  ctypes.c_uint32.from_buffer(attributes, 4).value = 112
                  number = 298 if intel else 241
                  print("ESCAPED" if libc.syscall(number, attributes, 0, -1, -1, 0) >= 0 else "")
                  """),
          Abuse.root(
              "load a program into the kernel",
              C
                  + """
                  attributes = ctypes.create_string_buffer(72)
                  for at, value in ((0, 1), (4, 4), (8, 4), (12, 1)):
                      ctypes.c_uint32.from_buffer(attributes, at).value = value
                  number = 321 if intel else 280
                  print("ESCAPED" if libc.syscall(number, 0, attributes, 72) >= 0 else "")
                  """),
          Abuse.root(
              "read the kernel's log",
              C
                  + """
                  text = ctypes.create_string_buffer(64)
                  print("ESCAPED" if libc.klogctl(3, text, 64) >= 0 else "")
                  """),
          Abuse.root(
              "run before everybody else",
              """
              import os
              os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
              print("ESCAPED")
              """),
          Abuse.root(
              "be spared when memory runs out",
              """
              open("/proc/self/oom_score_adj", "w").write("-500")
              print("ESCAPED")
              """));
}
