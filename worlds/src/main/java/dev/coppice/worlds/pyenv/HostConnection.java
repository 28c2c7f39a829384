package dev.coppice.worlds.pyenv;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Asks one process of a host, one question at a time.
 *
 * <p>A process that does not answer in time, answers nonsense, or whose asker is interrupted, is given
 * up: nobody knows its state any more.
 *
 * @thread any; those who ask at the same time wait for each other.
 */
final class HostConnection implements AutoCloseable {
  private static final int MOST_BYTES = 4 << 20;
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ScheduledThreadPoolExecutor DEADLINES = deadlines();

  private final SocketChannel channel;
  private final Map<String, Object> hello;
  private final ReentrantLock asking = new ReentrantLock();
  private volatile boolean late;
  private volatile boolean over;

  HostConnection(final SocketChannel channel, final int timeoutMs) throws IOException {
    this.channel = channel;
    final ScheduledFuture<?> alarm = alarm(timeoutMs);
    try {
      hello = read();
    } finally {
      alarm.cancel(false);
    }
  }

  private static ScheduledThreadPoolExecutor deadlines() {
    final ScheduledThreadPoolExecutor deadlines =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("python-deadlines").daemon().factory());
    deadlines.setRemoveOnCancelPolicy(true);
    return deadlines;
  }

  /** Returns what the process said first: token, number, start. */
  Map<String, Object> hello() {
    return hello;
  }

  /** Tells whether the process can be asked no more. */
  boolean isOver() {
    return over;
  }

  /**
   * Asks and waits for the answer.
   *
   * @param question with its {@code op}.
   * @param timeoutMs to wait.
   * @return the answer.
   * @throws ToolFailedException if the process failed, which may leave it usable.
   * @throws InterruptedException if the thread is interrupted.
   */
  Map<String, Object> ask(final Map<String, Object> question, final int timeoutMs)
      throws ToolFailedException, InterruptedException {
    asking.lockInterruptibly();
    try {
      if (over) {
        throw failed(ToolCall.Status.THREW, "python_died", "the process had ended before");
      }
      final ScheduledFuture<?> alarm = alarm(timeoutMs);
      try {
        write(JSON.writeValueAsBytes(question));
        return answered(read());
      } finally {
        alarm.cancel(false);
      }
    } catch (final IOException e) {
      throw broken(e, timeoutMs);
    } finally {
      asking.unlock();
    }
  }

  private ScheduledFuture<?> alarm(final int timeoutMs) {
    return DEADLINES.schedule(
        () -> {
          late = true;
          close();
        },
        timeoutMs,
        TimeUnit.MILLISECONDS);
  }

  private Map<String, Object> answered(final Map<String, Object> answer)
      throws ToolFailedException {
    if (answer.get("ok") instanceof Map<?, ?> ok) {
      @SuppressWarnings("unchecked")
      final Map<String, Object> map = (Map<String, Object>) ok;
      return map;
    }
    if (!(answer.get("error") instanceof Map<?, ?> error)) {
      return answer.containsKey("ok") ? Map.of() : Map.of("ok", answer);
    }
    final String kind = String.valueOf(error.get("kind"));
    final String message = error.get("message") + tail(String.valueOf(error.get("trace")));
    throw switch (kind) {
      case "malformed" -> failed(ToolCall.Status.INVALID, "python_malformed", message);
      case "oversize" -> failed(ToolCall.Status.OVERSIZE, "python_oversize", message);
      default -> failed(ToolCall.Status.THREW, "python_raised", kind + ": " + message);
    };
  }

  /** Returns where it was raised: the last two lines of a trace but one. */
  private static String tail(final String trace) {
    final String[] lines = trace.strip().split("\n");
    return lines.length < 3 ? "" : " (" + lines[lines.length - 3].strip() + ")";
  }

  private ToolFailedException broken(final IOException e, final int timeoutMs)
      throws InterruptedException {
    close();
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while a Python environment worked");
    }
    if (late) {
      return failed(
          ToolCall.Status.TIMEOUT, "python_timeout", "no answer within " + timeoutMs + " ms");
    }
    return failed(ToolCall.Status.THREW, "python_died", "the process ended: " + e);
  }

  private static ToolFailedException failed(
      final ToolCall.Status status, final String code, final String message) {
    return new ToolFailedException(status, code, message, Observation.Source.REAL);
  }

  private void write(final byte[] body) throws IOException {
    final ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + body.length);
    frame.putInt(body.length).put(body).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  private Map<String, Object> read() throws IOException {
    final int length = exactly(Integer.BYTES).getInt();
    if (length < 2 || length > MOST_BYTES) {
      throw new IOException("a frame of " + length + " bytes, which is none of the protocol");
    }
    return JSON.readValue(exactly(length).array(), OBJECT);
  }

  private ByteBuffer exactly(final int bytes) throws IOException {
    final ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("end of stream");
      }
    }
    return buffer.flip();
  }

  /** Hangs up, which ends a process that listens; one that does not must be killed. */
  @Override
  public void close() {
    over = true;
    try {
      channel.close();
    } catch (final IOException e) {
      // It is of no more use in any case.
    }
  }
}
