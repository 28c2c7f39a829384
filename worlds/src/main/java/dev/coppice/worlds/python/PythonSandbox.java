package dev.coppice.worlds.python;

import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holds one sandbox: a keeper that runs no cell, and a process for each live state of one tree.
 *
 * <p>Every process that runs cells dials the sandbox's own socket and shows the token it was given.
 * The keeper ends states by number; when the last one is given up, so is the sandbox.
 *
 * @thread any.
 */
final class PythonSandbox implements AutoCloseable {
  private static final int START_TIMEOUT_MS = 30_000;
  private static final int NONCE_BYTES = 16;
  private static final int LONGEST_HELLO_BYTES = 128;
  private static final int LONGEST_WORDS_BYTES = 4_096;
  private static final SecureRandom NONCES = new SecureRandom();

  private final SandboxLimits limits;
  private final Path folder;
  private final ServerSocketChannel server;
  private final Map<String, CompletableFuture<Dialled>> awaited = new ConcurrentHashMap<>();
  private final Set<PythonSession> live = ConcurrentHashMap.newKeySet();
  private final AtomicInteger forking = new AtomicInteger();
  private final CompletableFuture<String> words = new CompletableFuture<>();
  private Process process;
  private MemoryWatch.Watched memory;
  private volatile boolean shared;

  private PythonSandbox(final SandboxLimits limits) throws IOException {
    this.limits = limits;
    folder = Files.createTempDirectory("coppice-cells");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket()), SandboxLimits.MOST_FORKS);
    // Who does not know a token is hung up on.
    Files.setPosixFilePermissions(socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  /**
   * Holds what a process said when it dialled.
   *
   * @param channel to it.
   * @param pid its number in the sandbox.
   * @param born when it began, in ticks: with the number it names one process for good.
   */
  record Dialled(SocketChannel channel, long pid, long born) {}

  /**
   * Starts a sandbox and waits until its first process listens.
   *
   * @throws IOException if it does not come up, with what was said instead.
   */
  static PythonSession start(final Bubblewrap walls, final SandboxLimits limits, final long seed)
      throws IOException, InterruptedException {
    final PythonSandbox sandbox = new PythonSandbox(limits);
    try {
      return sandbox.begun(walls, seed);
    } catch (final IOException | InterruptedException | RuntimeException e) {
      sandbox.close();
      throw e;
    }
  }

  private PythonSession begun(final Bubblewrap walls, final long seed)
      throws IOException, InterruptedException {
    final String token = nonce();
    final CompletableFuture<Dialled> hello = await(token);
    Thread.ofVirtual().name("cell-accept").start(this::accept);
    process = walls.start(limits, seed, folder, token);
    memory =
        MemoryWatch.SHARED.over(process, () -> limits.memoryBytes() * Math.max(1, live.size()));
    Thread.ofVirtual().name("cell-keeper").start(this::listen);
    process.onExit().thenRun(() -> hello.completeExceptionally(new IOException("it ended")));
    try {
      final PythonSession first =
          PythonSession.over(this, hello.get(START_TIMEOUT_MS, TimeUnit.MILLISECONDS), limits);
      live.add(first);
      return first;
    } catch (final ExecutionException | TimeoutException e) {
      if (e instanceof TimeoutException) {
        process.destroyForcibly(); // Which closes its streams: what one says that ends by itself is
        // heard.
      }
      throw new IOException(
          "the interpreter did not start (" + reason(e) + "): " + words.join().strip(), e);
    }
  }

  private static String reason(final Exception e) {
    return e instanceof TimeoutException ? "TIMEOUT" : "DIED";
  }

  private Path socket() {
    return folder.resolve("s");
  }

  static String nonce() {
    final byte[] random = new byte[NONCE_BYTES];
    NONCES.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private CompletableFuture<Dialled> await(final String token) {
    final CompletableFuture<Dialled> hello = new CompletableFuture<>();
    awaited.put(token, hello);
    return hello;
  }

  /** Reads what the outermost process says: nothing, unless it does not come up. */
  private void listen() {
    try (var said = process.getInputStream()) {
      words.complete(new String(said.readNBytes(LONGEST_WORDS_BYTES), StandardCharsets.UTF_8));
      said.skip(Long.MAX_VALUE);
    } catch (final IOException e) {
      words.complete("");
    }
  }

  private void accept() {
    try {
      while (true) {
        final SocketChannel caller = server.accept();
        // A cell may dial too and say nothing; nobody waits for it.
        Thread.ofVirtual().name("cell-hello").start(() -> greet(caller));
      }
    } catch (final IOException e) {
      awaited.values().forEach(hello -> hello.completeExceptionally(e));
    }
  }

  private void greet(final SocketChannel caller) {
    try {
      final String[] said = line(caller).split(" ");
      final CompletableFuture<Dialled> hello = awaited.remove(said[0]);
      if (hello == null
          || said.length != 3
          || !hello.complete(
              new Dialled(caller, Long.parseLong(said[1]), Long.parseLong(said[2])))) {
        caller.close();
      }
    } catch (final IOException | NumberFormatException e) {
      hangUp(caller);
    }
  }

  private static void hangUp(final SocketChannel caller) {
    try {
      caller.close();
    } catch (final IOException e) {
      // It is of no use in any case.
    }
  }

  /** Reads one short line, byte by byte: what follows is the session's. */
  private static String line(final SocketChannel caller) throws IOException {
    final ByteBuffer one = ByteBuffer.allocate(1);
    final StringBuilder line = new StringBuilder();
    while (line.length() < LONGEST_HELLO_BYTES && caller.read(one.clear()) > 0) {
      if (one.get(0) == '\n') {
        return line.toString();
      }
      line.append((char) one.get(0));
    }
    throw new IOException("no line");
  }

  /**
   * Waits for the copy of a state that was asked for one.
   *
   * @param ask asks a process to fork, by a token, and says whether it did.
   * @return a session of the copy, or null where there is none.
   */
  PythonSession forked(final Ask ask) throws InterruptedException {
    if (live.size() > SandboxLimits.MOST_FORKS) {
      return null;
    }
    final String token = nonce();
    final CompletableFuture<Dialled> hello = await(token);
    forking.incrementAndGet();
    try {
      shared = true;
      if (!ask.forks(token)) {
        return null;
      }
      final PythonSession fork =
          PythonSession.over(this, hello.get(START_TIMEOUT_MS, TimeUnit.MILLISECONDS), limits);
      live.add(fork);
      return fork;
    } catch (final ExecutionException | TimeoutException | IOException e) {
      return null; // It is made again elsewhere, which says what is wrong.
    } finally {
      awaited.remove(token);
      forking.decrementAndGet();
    }
  }

  /** Asks a process to fork. */
  interface Ask {
    boolean forks(String token) throws InterruptedException;
  }

  /** Tells whether other states ever lived here: then files are not one state's own. */
  boolean isShared() {
    return shared;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Process process() {
    return process;
  }

  /** Returns what the sandbox held when it was killed for it, or 0. */
  long foundBytes() {
    return memory.foundBytes();
  }

  /** Ends a state; with the last one the sandbox ends. */
  void release(final PythonSession session) {
    if (!live.remove(session)) {
      return;
    }
    if (live.isEmpty() && forking.get() == 0) {
      close();
      return;
    }
    tell(session.pid() + " " + session.born() + "\n");
  }

  private synchronized void tell(final String line) {
    try {
      final OutputStream keeper = process.getOutputStream();
      keeper.write(line.getBytes(StandardCharsets.US_ASCII));
      keeper.flush();
    } catch (final IOException e) {
      // The sandbox is gone, and with it what should end.
    }
  }

  /** Kills every process of the sandbox. */
  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
    if (memory != null) {
      memory.close();
    }
    try {
      server.close();
      Files.deleteIfExists(socket());
      Files.deleteIfExists(folder);
    } catch (final IOException e) {
      // An empty folder of the system's temporary files is left.
    }
  }
}
