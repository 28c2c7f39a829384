package dev.coppice.worlds.python;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.worlds.sandbox.SandboxUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PythonSessionTest {
  private static final SandboxLimits LIMITS =
      new SandboxLimits(256L << 20, 16, 16L << 20, 32L << 20, 1_000, 1_000);
  private static final long SLACK_NS = TimeUnit.MILLISECONDS.toNanos(1_000);

  private Bubblewrap sandbox;

  @BeforeEach
  void find() {
    sandbox = Sandboxes.require();
  }

  @Test
  void shouldRunOrdinaryPrograms() throws Exception {
    try (PythonSession session = start()) {
      assertEquals("", session.run("import math, json, re\nx = 3").output());
      assertEquals("9\n", session.run("x * x").output());
      assertEquals("'é'\n", session.run("json.loads('\"\\\\u00e9\"')").output());
      assertEquals(
          "hello\n",
          session
              .run(
                  "open('/tmp/note', 'w').write('hello\\n')\nprint(open('/tmp/note').read(), end='')")
              .output());
      assertEquals(
          "child\n",
          session.run("import subprocess\nsubprocess.run(['echo', 'child'])\nNone").output());
      assertEquals(
          "[0, 1, 4]\n",
          session
              .run(
                  """
                  from concurrent.futures import ThreadPoolExecutor
                  with ThreadPoolExecutor(2) as pool:
                      squares = list(pool.map(lambda n: n * n, range(3)))
                  squares""")
              .output());
    }
  }

  @Test
  void shouldSayWhatWasRaisedAndGoOn() throws Exception {
    try (PythonSession session = start()) {
      final CellResult raised = session.run("y = 1\n1 / 0");
      final CellResult broken = session.run("def (");

      assertEquals(CellResult.Status.RAISED, raised.status());
      assertTrue(raised.output().contains("ZeroDivisionError"), raised.output());
      assertFalse(raised.output().contains("runner"), raised.output());
      assertEquals(CellResult.Status.RAISED, broken.status());
      assertEquals("1\n", session.run("y").output());
      assertEquals(CellResult.Status.RAISED, session.run("raise SystemExit(3)").status());
      assertEquals(CellResult.Status.RAISED, session.run("def f(): f()\nf()").status());
      assertEquals("1\n", session.run("y").output());
    }
  }

  @Test
  void shouldStopACellAtItsDeadline() throws Exception {
    final PythonSession session = start();
    final long startNs = System.nanoTime();

    final CellResult result = session.run("print('begun', flush=True)\nwhile True: pass");

    final long tookNs = System.nanoTime() - startNs;
    assertEquals(CellResult.Status.TIMEOUT, result.status());
    assertEquals("begun\n", result.output());
    assertTrue(
        tookNs < TimeUnit.MILLISECONDS.toNanos(LIMITS.cellTimeoutMs()) + SLACK_NS,
        "tookNs=" + tookNs);
    assertTrue(session.process().waitFor(5, TimeUnit.SECONDS));
  }

  @Test
  void shouldStopACellThatWritesWithoutEnd() throws Exception {
    final SandboxLimits patient =
        new SandboxLimits(256L << 20, 16, 16L << 20, 32L << 20, 1_000, 60_000);
    try (PythonSession session = PythonSession.start(sandbox, patient, 0)) {
      final CellResult result = session.run("import os\nwhile True: os.write(1, b'x' * 65536)");

      assertEquals(CellResult.Status.FLOODED, result.status());
      assertEquals(1_000, result.output().length());
      assertTrue(result.droppedBytes() >= CellOutput.FLOOD_BYTES - 1_000, "" + result);
    }
  }

  @Test
  void shouldEndWithTheInterpreterWhenACellEndsIt() throws Exception {
    for (final String cell :
        List.of(
            "import os; os._exit(0)",
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "import ctypes; ctypes.string_at(0)",
            "import sys; sys.setrecursionlimit(10 ** 9)\nf = lambda n: f(n + 1) + 1\nf(0)",
            "import os; os.closerange(0, 64)")) {
      try (PythonSession session = start()) {
        final CellResult result = session.run(cell);
        // What the last two come to is up to the interpreter; whatever it is, it is over in time.
        assertTrue(
            Set.of(CellResult.Status.DIED, CellResult.Status.TIMEOUT, CellResult.Status.RAISED)
                .contains(result.status()),
            cell + " " + result);
      }
    }
  }

  @Test
  void shouldNotTakeAForgedMarkForTheEnd() throws Exception {
    try (PythonSession session = start()) {
      final CellResult result =
          session.run(
              """
              import os
              for fd in range(1, 64):
                  try:
                      os.write(fd, b"\\0" + b"0" * 32 + b" ok\\n" + b"\\0ready\\n")
                  except OSError:
                      pass
              print("still here")""");

      assertEquals(CellResult.Status.OK, result.status());
      assertTrue(result.output().endsWith("still here\n"), result.output());
      assertEquals("2\n", session.run("1 + 1").output());
    }
  }

  @Test
  void shouldGainNothingFromTheNonceOfTheOwnCell() throws Exception {
    try (PythonSession session = start()) {
      session.run(
          """
          import os, sys
          frame = sys._getframe()
          while "nonce" not in frame.f_locals:
              frame = frame.f_back
          os.write(1, b"\\0" + frame.f_locals["nonce"] + b" ok\\n")
          print("after the end")""");

      final CellResult next = session.run("print('mine alone')");

      assertEquals(CellResult.Status.OK, next.status());
      assertTrue(next.output().endsWith("mine alone\n"), next.output());
    }
  }

  @Test
  void shouldLeaveNoProcessBehindWhenChildrenGoTheirOwnWay() throws Exception {
    final SandboxLimits patient =
        new SandboxLimits(256L << 20, 16, 16L << 20, 32L << 20, 1_000, 10_000);
    final PythonSession session = PythonSession.start(sandbox, patient, 1);
    final PythonSession fork = session.fork();
    final List<ProcessHandle> inside = session.process().descendants().toList();
    assertTrue(inside.size() >= 4, "inside=" + inside);

    final CellResult result =
        fork.run(
            """
            import subprocess
            for i in range(5):
                subprocess.Popen(["sleep", "1000"], start_new_session=True)
            while True:
                pass""");

    assertEquals(CellResult.Status.TIMEOUT, result.status());
    final String rest = "print(len([name for name in os.listdir('/proc') if name.isdigit()]))";
    session.run("import os, time");
    String count = "";
    for (int look = 0; look < 300 && !count.equals("3\n"); look++) {
      session.run("time.sleep(0.1)");
      count = session.run(rest).output();
    }
    assertEquals("3\n", count, "a copy's children end with it");
    session.close();
    Sandboxes.assertGone(session.process().toHandle(), inside);
  }

  /** What a cell leaves running would print into the next one and burn its time. */
  @Test
  void shouldEndThreadsAndProcessesWithTheirCell() throws Exception {
    try (PythonSession session = PythonSession.start(sandbox, Sandboxes.PATIENT, 1)) {
      final CellResult first =
          session.run(
              """
              import os, subprocess, threading, time
              x = 7
              def nag():
                  while True:
                      print("late", flush=True)
                      time.sleep(0.001)
              threading.Thread(target=nag, daemon=True).start()
              subprocess.Popen(["sh", "-c", "while true; do echo late; sleep 0.01; done"])
              subprocess.Popen(["sh", "-c", "while true; do echo late; done"], start_new_session=True)
              if os.fork() == 0:
                  os.setsid()
                  if os.fork():
                      os._exit(0)
                  while True:
                      print("late", flush=True)""");
      assertEquals(CellResult.Status.OK, first.status());
      for (int i = 0; i < 3; i++) {
        final CellResult next =
            session.run(
                """
                end = time.monotonic() + 30
                while len([name for name in os.listdir("/proc") if name.isdigit()]) > 3:
                    if time.monotonic() > end:
                        break
                print(x, threading.active_count(), len(os.listdir("/proc/self/task")))
                [name for name in os.listdir("/proc") if name.isdigit()]""");
        assertEquals("7 1 1", next.output().lines().findFirst().orElse(""), next.output());
        assertEquals(3, next.output().split("'\\d+'", -1).length - 1, next.output());
      }
    }
  }

  @Test
  void shouldCopyAnInterpreterWithWhatItHolds() throws Exception {
    try (PythonSession session = start()) {
      session.run("import random\nx = [1]\nf = (lambda box: lambda: box.append(2) or box)(x)");
      session.run("random.random()");
      try (PythonSession fork = session.fork();
          PythonSession again = fork.fork()) {
        assertEquals("[1, 2]\n", fork.run("f()").output());
        assertEquals("[1, 2]\n", fork.run("x").output());
        assertEquals("[1]\n", session.run("x").output());
        assertEquals("[1]\n", again.run("x").output());
        final String drawn = session.run("random.random()").output();
        assertEquals(drawn, fork.run("random.random()").output());
        assertEquals(drawn, again.run("random.random()").output());
        assertEquals(
            CellResult.Status.DIED, fork.run("os = __import__('os'); os._exit(1)").status());
        assertEquals("[1]\n", session.run("x").output(), "a copy's end is its own");
        final CellResult moved = session.run("open('/tmp/seen', 'w').close()");
        assertEquals(CellResult.Status.MOVED, moved.status());
        assertEquals(CellResult.Status.MOVED, again.run("x").status(), "files of others are there");
      }
    }
  }

  @Test
  void shouldEndSoonAfterItsThreadIsInterrupted() throws Exception {
    final SandboxLimits patient =
        new SandboxLimits(256L << 20, 16, 16L << 20, 32L << 20, 1_000, 60_000);
    final PythonSession session = PythonSession.start(sandbox, patient, 0);
    final AtomicReference<Throwable> thrown = new AtomicReference<>();
    final CountDownLatch begun = new CountDownLatch(1);
    final Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  begun.countDown();
                  thrown.set(
                      assertThrows(
                          InterruptedException.class, () -> session.run("while True: pass")));
                });
    begun.await();

    thread.interrupt();

    assertTrue(thread.join(java.time.Duration.ofSeconds(5)));
    assertTrue(thrown.get() instanceof InterruptedException);
    assertTrue(session.process().waitFor(5, TimeUnit.SECONDS));
  }

  @Test
  void shouldRefuseToStartWhereTheSandboxIsMissing(
      @org.junit.jupiter.api.io.TempDir final Path empty) {
    final SandboxUnavailableException none =
        assertThrows(
            SandboxUnavailableException.class,
            () -> Bubblewrap.find(List.of(empty.toString()), "amd64"));
    final SandboxUnavailableException processor =
        assertThrows(
            SandboxUnavailableException.class,
            () -> Bubblewrap.find(List.of("/usr/bin"), "riscv64"));

    assertTrue(none.getMessage().contains("install bubblewrap"), none.getMessage());
    assertTrue(processor.getMessage().contains("riscv64"), processor.getMessage());
  }

  @Test
  void shouldRefuseToStartWhereTheSandboxDoesNotWork(
      @org.junit.jupiter.api.io.TempDir final Path folder) throws Exception {
    final Path bwrap = folder.resolve("bwrap");
    java.nio.file.Files.writeString(
        bwrap, "#!/bin/sh\necho 'bwrap: No permissions to create new namespace'\nexit 1\n");
    bwrap.toFile().setExecutable(true);
    java.nio.file.Files.writeString(
        folder.resolve("setpriv"), "#!/bin/sh\necho 'No permissions to create new namespace'\n");
    folder.resolve("setpriv").toFile().setExecutable(true);
    final Bubblewrap broken = Bubblewrap.find(List.of(folder.toString()), "amd64");

    final SandboxUnavailableException refusal =
        assertThrows(
            SandboxUnavailableException.class,
            () -> SandboxProbe.run(broken, SandboxLimits.DEFAULT));

    assertTrue(refusal.getMessage().contains("No permissions"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("user namespaces"), refusal.getMessage());
  }

  @Test
  void shouldRefuseToStartWhereASandboxIsOnlyAPretence(
      @org.junit.jupiter.api.io.TempDir final Path folder) throws Exception {
    // It runs the interpreter without any sandbox: whatever follows "--" is started as it is.
    final String pretence =
        """
        #!/bin/sh
        while [ "$1" != -- ]; do [ "$2" = /run/cells ] && from="$1"; shift; done
        shift
        for a; do shift; [ "$a" = /run/cells/s ] && a="$from/s"; set -- "$@" "$a"; done
        exec "$@"
        """;
    for (final String name : List.of("bwrap", "setpriv")) {
      java.nio.file.Files.writeString(folder.resolve(name), pretence);
      folder.resolve(name).toFile().setExecutable(true);
    }
    final Bubblewrap open = Bubblewrap.find(List.of(folder.toString()), "amd64");

    final SandboxUnavailableException refusal =
        assertThrows(
            SandboxUnavailableException.class, () -> SandboxProbe.run(open, SandboxLimits.DEFAULT));

    for (final String wall : List.of("seccomp", "host files", "processes", "no_new_privs")) {
      assertTrue(refusal.getMessage().contains("BREACH " + wall), refusal.getMessage());
    }
  }

  private PythonSession start() throws Exception {
    return PythonSession.start(sandbox, LIMITS, 1);
  }
}
