package dev.coppice.worlds.python;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * Holds one interpreter in its sandbox.
 *
 * @thread one at a time; {@link #close} may come from another.
 */
final class PythonSession implements AutoCloseable {
  private static final int NONCE_BYTES = 16;
  private static final int START_TIMEOUT_MS = 30_000;
  private static final int KILL_TIMEOUT_MS = 2_000;
  private static final SecureRandom NONCES = new SecureRandom();

  private final SandboxLimits limits;
  private final Process process;
  private final CellOutput output = new CellOutput();
  private final MemoryWatch.Watched memory;

  private PythonSession(final SandboxLimits limits, final Process process) {
    this.limits = limits;
    this.process = process;
    this.memory = MemoryWatch.SHARED.over(process, limits.memoryBytes());
  }

  /**
   * Starts an interpreter and waits until it listens.
   *
   * @throws IOException if it does not come up, with what was said instead.
   */
  static PythonSession start(final Bubblewrap sandbox, final SandboxLimits limits, final long seed)
      throws IOException, InterruptedException {
    final PythonSession session = new PythonSession(limits, sandbox.start(limits, seed));
    session.output.begin("\0ready", limits.outputBytes());
    Thread.ofVirtual()
        .name("cell-output")
        .start(() -> session.output.pump(session.process.getInputStream()));
    final CellResult result = session.await(START_TIMEOUT_MS);
    if (!result.isAlive()) {
      session.close();
      throw new IOException(
          "the interpreter did not start (" + result.status() + "): " + result.output().strip());
    }
    return session;
  }

  /** Runs a cell; unless the result is alive, the session is over. */
  CellResult run(final String code) throws InterruptedException {
    final byte[] random = new byte[NONCE_BYTES];
    NONCES.nextBytes(random);
    final String nonce = HexFormat.of().formatHex(random);
    final byte[] bytes = code.getBytes(StandardCharsets.UTF_8);
    output.begin("\0" + nonce, limits.outputBytes());
    // A cell before this one may have left a thread that reads the requests: writing may block.
    final OutputStream requests = process.getOutputStream();
    Thread.ofVirtual()
        .name("cell-request")
        .start(() -> write(requests, nonce + " " + bytes.length + "\n", bytes));
    final CellResult result = await(limits.cellTimeoutMs());
    if (!result.isAlive()) {
      close();
    }
    return memory.foundBytes() > 0 ? result.withStatus(CellResult.Status.MEMORY) : result;
  }

  private static void write(final OutputStream stream, final String header, final byte[] body) {
    try {
      stream.write(header.getBytes(StandardCharsets.US_ASCII));
      stream.write(body);
      stream.flush();
    } catch (IOException e) {
      // The interpreter is gone, which is seen where its output ends.
    }
  }

  private CellResult await(final int timeoutMs) throws InterruptedException {
    try {
      return output.await(TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    } catch (InterruptedException e) {
      close();
      throw e;
    }
  }

  /** Returns what the sandbox held when it was killed for it, or 0. */
  long foundBytes() {
    return memory.foundBytes();
  }

  /** Returns the process that must be gone when the session is. */
  Process process() {
    return process;
  }

  /** Kills the interpreter with every process in its sandbox. */
  @Override
  public void close() {
    process.destroyForcibly();
    memory.close();
    try {
      output.awaitEnd(KILL_TIMEOUT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
