package dev.coppice.worlds.python;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds one interpreter in its sandbox, which forks: a copy costs the same after any number of cells.
 *
 * @thread any, one at a time; {@link #close} may come from another.
 */
final class PythonSession implements AutoCloseable {
  private static final int START_TIMEOUT_MS = 30_000;
  private static final int KILL_TIMEOUT_MS = 2_000;
  private static final String READY = "\0ready";

  private final PythonSandbox sandbox;
  private final SandboxLimits limits;
  private final SocketChannel channel;
  private final CellOutput output = new CellOutput();
  private final ReentrantLock asking = new ReentrantLock();
  private volatile long pid;
  private volatile long born;
  private volatile boolean over;

  private PythonSession(
      final PythonSandbox sandbox,
      final PythonSandbox.Dialled dialled,
      final SandboxLimits limits) {
    this.sandbox = sandbox;
    this.limits = limits;
    channel = dialled.channel();
    pid = dialled.pid();
    born = dialled.born();
  }

  /**
   * Starts an interpreter in a sandbox of its own and waits until it listens.
   *
   * @throws IOException if it does not come up, with what was said instead.
   */
  static PythonSession start(final Bubblewrap walls, final SandboxLimits limits, final long seed)
      throws IOException, InterruptedException {
    return PythonSandbox.start(walls, limits, seed);
  }

  /** Listens to a process that has dialled. */
  static PythonSession over(
      final PythonSandbox sandbox, final PythonSandbox.Dialled dialled, final SandboxLimits limits)
      throws IOException, InterruptedException {
    final PythonSession session = new PythonSession(sandbox, dialled, limits);
    session.output.begin(READY, limits.outputBytes());
    Thread.ofVirtual().name("cell-output").start(() -> session.output.pump(session.channel));
    final CellResult result = session.await(START_TIMEOUT_MS);
    if (!result.isAlive()) {
      session.hangUp();
      throw new IOException("the interpreter did not answer: " + result.status());
    }
    return session;
  }

  /** Runs a cell; unless the result is alive, the session is over. */
  CellResult run(final String code) throws InterruptedException {
    asking.lock(); // Held for one cell at most, which has a deadline.
    try {
      final byte[] bytes = code.getBytes(StandardCharsets.UTF_8);
      final CellResult result = ask(bytes.length + (sandbox.isShared() ? " 1" : " 0"), bytes);
      if (!result.isAlive()) {
        close();
      }
      return sandbox.foundBytes() > 0 ? result.withStatus(CellResult.Status.MEMORY) : result;
    } finally {
      asking.unlock();
    }
  }

  /**
   * Copies the interpreter.
   *
   * @return the copy, or null where it cannot be copied here: it has written files, which copies would
   *     share, or there are too many.
   */
  PythonSession fork() throws InterruptedException {
    asking.lock(); // Held for one cell at most, which has a deadline.
    try {
      return over ? null : sandbox.forked(this::forks);
    } finally {
      asking.unlock();
    }
  }

  private boolean forks(final String token) throws InterruptedException {
    final CellResult result = ask("fork " + token, new byte[0]);
    if (result.status() != CellResult.Status.OK && result.status() != CellResult.Status.MOVED) {
      close();
    }
    return result.status() == CellResult.Status.OK;
  }

  private CellResult ask(final String what, final byte[] body) throws InterruptedException {
    final String nonce = PythonSandbox.nonce();
    output.begin("\0" + nonce, limits.outputBytes());
    // A cell before this one may have left a descriptor nobody reads: writing may block.
    Thread.ofVirtual().name("cell-request").start(() -> write(nonce + " " + what + "\n", body));
    final CellResult result = await(limits.cellTimeoutMs());
    final String[] name = output.more().split(" ");
    if (name.length == 2 && result.isAlive()) {
      pid = Long.parseLong(name[0]);
      born = Long.parseLong(name[1]);
    }
    return result;
  }

  private void write(final String header, final byte[] body) {
    try {
      final ByteBuffer request = ByteBuffer.allocate(header.length() + body.length);
      request.put(header.getBytes(StandardCharsets.US_ASCII)).put(body).flip();
      while (request.hasRemaining()) {
        channel.write(request);
      }
    } catch (final IOException e) {
      // The interpreter is gone, which is seen where its output ends.
    }
  }

  private CellResult await(final int timeoutMs) throws InterruptedException {
    try {
      return output.await(TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    } catch (final InterruptedException e) {
      close();
      throw e;
    }
  }

  long pid() {
    return pid;
  }

  long born() {
    return born;
  }

  /** Tells whether other states ever lived in the sandbox. */
  boolean isShared() {
    return sandbox.isShared();
  }

  /** Tells whether it may be asked. */
  boolean isOpen() {
    return !over && sandbox.isAlive();
  }

  /** Returns what the sandbox held when it was killed for it, or 0. */
  long foundBytes() {
    return sandbox.foundBytes();
  }

  /** Returns the outermost process, which ends when its last session does. */
  Process process() {
    return sandbox.process();
  }

  private void hangUp() {
    try {
      channel.close();
    } catch (final IOException e) {
      // It is of no use in any case.
    }
  }

  /** Ends the interpreter with every process it started. */
  @Override
  public void close() {
    over = true;
    sandbox.release(this);
    try {
      output.awaitEnd(sandbox.isAlive() ? 0 : KILL_TIMEOUT_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    hangUp();
  }
}
