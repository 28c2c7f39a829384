package dev.coppice.worlds.python;

import java.util.List;

/** Programs that want more than their share of memory, processes, files, time or output. */
final class ResourceAbuses {
  private ResourceAbuses() {}

  /** Wide enough for every program here. */
  static final SandboxLimits LOOSE =
      new SandboxLimits(4L << 30, 256, 256L << 20, 256L << 20, 16 << 20, 20_000);

  private static final String FILL =
      """
      import os
      written = 0
      for i in range(16):
          with open("%s/part" + str(i), "wb") as file:
              written += file.write(b"x" * (4 << 20))
      print("ESCAPED" if written == 64 << 20 else "")
      """;

  /** None of the twelve holds too much; together they hold 480 MiB. */
  static final String EATERS =
      """
      import os, signal, time
      children = []
      ready, done = os.pipe()
      try:
          for i in range(12):
              child = os.fork()
              if child == 0:
                  block = b"x" * (40 << 20)
                  os.write(done, b"x")
                  time.sleep(30)
                  os._exit(0)
              children.append(child)
          fed = 0
          while fed < 12:
              fed += len(os.read(ready, 12))
          time.sleep(PAUSE)
          print("ESCAPED")
      finally:
          for child in children:
              os.kill(child, signal.SIGKILL)
      """;

  static final List<Abuse> ALL =
      List.of(
          Abuse.loose(
              "fork without end",
              """
              import os, signal, time
              children = []
              try:
                  for i in range(64):
                      child = os.fork()
                      if child == 0:
                          time.sleep(5)
                          os._exit(0)
                      children.append(child)
                  print("ESCAPED")
              finally:
                  for child in children:
                      os.kill(child, signal.SIGKILL)
              """),
          Abuse.loose(
              "start threads without end",
              """
              import threading
              done = threading.Event()
              try:
                  for i in range(64):
                      threading.Thread(target=done.wait, daemon=True).start()
                  print("ESCAPED")
              finally:
                  done.set()
              """),
          Abuse.loose(
              "allocate a gigabyte",
              """
              block = bytearray(1 << 30)
              print("ESCAPED")
              """),
          Abuse.loose(
              "map a gigabyte",
              """
              import mmap
              block = mmap.mmap(-1, 1 << 30)
              print("ESCAPED")
              """),
          Abuse.loose("have many small processes eat memory", EATERS.replace("PAUSE", "1.0")),
          Abuse.plain(
              "hide memory in a file without a name",
              """
              import os
              os.memfd_create("hidden")
              print("ESCAPED")
              """),
          Abuse.plain(
              "hide memory in a shared segment",
              """
              import ctypes
              libc = ctypes.CDLL(None)
              number = libc.shmget(0, 4096, 0o1600)
              if number >= 0:
                  print("ESCAPED")
                  libc.shmctl(number, 0, None)
              """),
          Abuse.plain(
              "hide memory in semaphores",
              """
              import ctypes
              libc = ctypes.CDLL(None)
              number = libc.semget(0, 250, 0o1600)
              if number >= 0:
                  print("ESCAPED")
                  libc.semctl(number, 0, 0)
              """),
          Abuse.plain(
              "hide memory in attributes of files",
              """
              import os
              open("marked", "w").close()
              for kind in ("user", "trusted", "security"):
                  try:
                      os.setxattr("marked", kind + ".hidden", b"x" * 1000)
                      print("ESCAPED")
                  except OSError:
                      pass
              """),
          Abuse.inside(
              "make files without end",
              """
              import os, sys, time
              print("FIRED", flush=True)
              for i in range(80_000):
                  os.mkdir("/tmp/" + str(i))
              time.sleep(0.3)
              print("ESCAPED")
              """),
          Abuse.plain(
              "lock memory",
              """
              import ctypes, mmap
              block = mmap.mmap(-1, 1 << 16)
              address = ctypes.addressof(ctypes.c_char.from_buffer(block))
              print("ESCAPED" if ctypes.CDLL(None).mlock(ctypes.c_void_p(address), 1 << 16) == 0 else "")
              """),
          Abuse.loose("fill the scratch folder", FILL.formatted("/tmp")),
          Abuse.loose("fill the shared memory", FILL.formatted("/dev/shm")),
          Abuse.loose(
              "write one large file",
              """
              import signal
              signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
              with open("/tmp/large", "wb") as file:
                  file.write(b"x" * (24 << 20))
              print("ESCAPED")
              """),
          Abuse.plain(
              "open many files",
              """
              files = [open("/dev/null") for i in range(200)]
              print("ESCAPED")
              """),
          Abuse.inside(
              "raise the limits again",
              """
              import resource
              kind = resource.RLIMIT_NOFILE
              hard = resource.getrlimit(kind)[1]
              resource.setrlimit(kind, (hard // 2, hard))
              resource.setrlimit(kind, (hard, hard))
              print("FIRED")
              for kind in (kind, resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
                  hard = resource.getrlimit(kind)[1]
                  resource.setrlimit(kind, (hard, hard + 1))
                  print("ESCAPED")
              """),
          Abuse.loose(
              "write a flood",
              """
              print("x" * (8 << 20))
              print("ESCAPED")
              """),
          Abuse.loose(
              "loop",
              """
              import time
              end = time.monotonic() + 3
              while time.monotonic() < end:
                  pass
              print("ESCAPED")
              """),
          Abuse.loose(
              "ignore every signal",
              """
              import signal, time
              for number in range(1, 65):
                  try:
                      signal.signal(number, signal.SIG_IGN)
                  except (OSError, ValueError):
                      pass
              time.sleep(3)
              print("ESCAPED")
              """),
          Abuse.loose(
              "compute in one call that no signal stops",
              """
              import time
              end = time.monotonic() + 3
              digits = 1 << 22
              while time.monotonic() < end:
                  (1 << digits) // 3 ** (digits // 32)
              print("ESCAPED")
              """));
}
