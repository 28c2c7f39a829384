package dev.coppice.worlds.pyenv;

import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holds one process that has imported an environment, and every world that descends from it.
 *
 * <p>Processes dial home: a fork is given a token, and whoever shows it on the socket is the fork. The
 * zygote alone kills, by numbers of its own namespace and only if number and start agree.
 *
 * @thread any.
 */
final class Zygote implements AutoCloseable {
  private static final int BACKLOG = 4_096;
  private static final int HELLO_TIMEOUT_MS = 5_000;

  /** One that says nothing keeps one acceptor waiting; handing each caller on would cost a fork's time. */
  private static final int ACCEPTORS = 4;

  private static final int KILL_TIMEOUT_MS = 10_000;
  private static final int END_TIMEOUT_MS = 2_000;
  private static final int LAST_WORDS_MS = 3_000;
  private static final int TOKEN_BYTES = 16;
  private static final SecureRandom TOKENS = new SecureRandom();

  /** What a fork would not copy. */
  static final List<String> REFUSED =
      List.of(
          "thread:",
          "socket",
          "pipe",
          "anon_inode:",
          "device:",
          "shared-memory:",
          "file-write:",
          "file-made:",
          "children:");

  private final HostSettings.Limits limits;
  private final JudgeDesk desk;
  private final String judgeToken = token();
  private final HostFiles files;
  private final ServerSocketChannel server;
  private final Map<String, CompletableFuture<HostConnection>> awaited = new ConcurrentHashMap<>();
  private final Set<HostConnection> live = ConcurrentHashMap.newKeySet();
  private final LinkedBlockingQueue<HostConnection> ended = new LinkedBlockingQueue<>();
  private final AtomicInteger forking = new AtomicInteger();
  private Process process;
  private HostConnection connection;
  private ForkWatch watch;
  private volatile boolean closed;

  private Zygote(final HostStart start, final HostSettings.Limits limits, final JudgeDesk desk)
      throws IOException {
    this.limits = limits;
    this.desk = desk;
    this.files = start.files();
    Files.deleteIfExists(files.socket());
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(files.socket()), BACKLOG);
  }

  /**
   * Starts a zygote and waits until it has imported its environment.
   *
   * @throws IllegalArgumentException saying what the environment lacks.
   */
  static Zygote start(
      final HostStart start,
      final HostSettings.Limits limits,
      final ForkTally tally,
      final JudgeDesk desk) {
    Zygote zygote = null;
    try {
      zygote = new Zygote(start, limits, desk);
      zygote.begin(start, tally);
      return zygote;
    } catch (final ExecutionException | TimeoutException | IOException e) {
      end(zygote);
      throw new IllegalArgumentException(
          "the host of a Python environment did not start: "
              + (e.getMessage() == null ? e : e.getMessage())
              + "; python="
              + start.python()
              + "; set task.python-env.log = true to see what it prints",
          e);
    } catch (final InterruptedException e) {
      end(zygote);
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException("interrupted while a Python environment started", e);
    } catch (final RuntimeException e) {
      end(zygote);
      throw e;
    }
  }

  private void begin(final HostStart start, final ForkTally tally)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    for (int i = 0; i < ACCEPTORS; i++) {
      Thread.ofPlatform().name("python-accept-", i).daemon().start(this::accept);
    }
    final String token = token();
    final CompletableFuture<HostConnection> hello = await(token);
    process = start.start(token);
    // What it said before it ended may be on its way still.
    process
        .onExit()
        .thenRunAsync(
            () -> hello.completeExceptionally(new IOException("it ended")),
            CompletableFuture.delayedExecutor(LAST_WORDS_MS, TimeUnit.MILLISECONDS));
    connection = hello.get(limits.startTimeoutMs(), TimeUnit.MILLISECONDS);
    refuseFailed(connection.hello(), start.python());
    live.remove(connection);
    Thread.ofPlatform().name("python-reaper").daemon().start(this::reap);
    final long number = ((Number) connection.hello().get("pid")).longValue();
    watch = new ForkWatch(process, number, limits, tally);
  }

  private static void end(final Zygote zygote) {
    if (zygote != null) {
      zygote.close();
    }
  }

  private static void refuseFailed(final Map<String, Object> hello, final String python) {
    if (hello.get("error") instanceof Map<?, ?> error) {
      throw new IllegalArgumentException(
          "the Python environment cannot be used: "
              + error.get("kind")
              + ": "
              + error.get("message")
              + "; python="
              + python);
    }
  }

  private static String token() {
    final byte[] token = new byte[TOKEN_BYTES];
    TOKENS.nextBytes(token);
    return HexFormat.of().formatHex(token);
  }

  private CompletableFuture<HostConnection> await(final String token) {
    final CompletableFuture<HostConnection> hello = new CompletableFuture<>();
    awaited.put(token, hello);
    return hello;
  }

  private void accept() {
    try {
      while (true) {
        greet(server.accept());
      }
    } catch (final IOException e) {
      // The server is closed: nobody is awaited any more.
      awaited.values().forEach(hello -> hello.completeExceptionally(e));
    }
  }

  private void greet(final SocketChannel channel) {
    try {
      final HostConnection caller = new HostConnection(channel, HELLO_TIMEOUT_MS);
      if (judgeToken.equals(caller.hello().get("judge"))) {
        Thread.ofVirtual().name("python-judge").start(() -> judge(caller));
        return;
      }
      final CompletableFuture<HostConnection> hello =
          awaited.remove(String.valueOf(caller.hello().get("hello")));
      if (hello == null) {
        caller.close();
        return;
      }
      live.add(caller);
      if (!hello.complete(caller) || closed) {
        release(caller);
      }
    } catch (final IOException e) {
      // Whoever it was is gone, or was none of ours.
      try {
        channel.close();
      } catch (final IOException ignored) {
        // Then it is closed.
      }
    }
  }

  /** Answers a reward function that asks the judge. */
  private void judge(final HostConnection caller) {
    try (caller) {
      caller.say(desk.answer(caller.hello()));
    } catch (final IOException e) {
      // Whoever asked has been given up.
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns what a process must show to be let ask the judge. */
  String judgeToken() {
    return judgeToken;
  }

  /** Asks the zygote itself. */
  Map<String, Object> ask(final Map<String, Object> question)
      throws ToolFailedException, InterruptedException {
    return connection.ask(question, limits.callTimeoutMs());
  }

  /** Tells whether the process can be asked no more. */
  boolean isOver() {
    return connection.isOver() || !process.isAlive();
  }

  /** Forks a world nobody has reset yet. */
  HostConnection fork() throws ToolFailedException, InterruptedException {
    return fork(connection, List.of());
  }

  /**
   * Forks a world.
   *
   * @param parent to copy.
   * @param refused what a fork would not copy, by the beginning of its name.
   * @return the copy, or null where the parent holds something refused.
   */
  HostConnection fork(final HostConnection parent, final List<String> refused)
      throws ToolFailedException, InterruptedException {
    final String token = token();
    final CompletableFuture<HostConnection> hello = await(token);
    forking.incrementAndGet();
    try {
      final Map<String, Object> answer =
          parent.ask(
              Map.of("op", "fork", "tokens", List.of(token), "refuse", refused),
              limits.callTimeoutMs());
      return answer.containsKey("refused")
          ? null
          : hello.get(limits.callTimeoutMs(), TimeUnit.MILLISECONDS);
    } catch (final ExecutionException | TimeoutException e) {
      throw new ToolFailedException(
          ToolCall.Status.THREW,
          "python_died",
          "a fork did not come up: " + e,
          Observation.Source.REAL);
    } finally {
      forking.decrementAndGet();
      if (awaited.remove(token) == null && !hello.isDone()) {
        hello.cancel(false);
      }
    }
  }

  /** Gives up a world: it is hung up on, and killed with all it started. Never waits. */
  void release(final HostConnection world) {
    world.close();
    ended.add(world);
  }

  private void reap() {
    try {
      while (!closed) {
        final List<HostConnection> batch = new ArrayList<>();
        batch.add(ended.take());
        ended.drainTo(batch);
        live.removeAll(Set.copyOf(batch));
        kill(batch);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void kill(final List<HostConnection> batch) throws InterruptedException {
    final Map<String, Object> question = new HashMap<>();
    question.put("op", "kill");
    question.put("worlds", batch.stream().map(Zygote::named).toList());
    // A fork under way has no number yet: then nobody is taken for a stray.
    question.put(
        "alive",
        forking.get() > 0 ? null : live.stream().map(world -> world.hello().get("pid")).toList());
    try {
      connection.ask(question, KILL_TIMEOUT_MS);
    } catch (final ToolFailedException e) {
      // The zygote is gone, and with it those that it would have killed.
    }
  }

  private static List<Object> named(final HostConnection world) {
    return List.of(world.hello().get("pid"), world.hello().get("born"));
  }

  /** Returns the outermost process. */
  Process process() {
    return process;
  }

  /** Ends all worlds and the zygote. */
  @Override
  public void close() {
    closed = true;
    try {
      server.close();
      Files.deleteIfExists(files.socket());
    } catch (final IOException e) {
      // A socket that nobody listens on does no harm.
    }
    live.forEach(HostConnection::close);
    if (watch != null) {
      watch.close();
    }
    if (connection != null) {
      connection.close();
    }
    if (process != null) {
      // A zygote that hears the end takes its worlds along; a sandbox ends with its outermost
      // process.
      try {
        process.waitFor(END_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (connection != null) {
      ended.add(connection); // Wakes the reaper, which then ends.
    }
  }
}
