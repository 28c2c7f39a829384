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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Asks one process of a host, one question at a time.
 *
 * <p>A process that does not answer in time, answers nonsense, or whose asker is interrupted, is given
 * up: nobody knows its state any more.
 *
 * @thread any; those who ask at the same time wait for each other.
 */
final class HostConnection implements AutoCloseable, Deadlines.Waiter {
  private static final int MOST_BYTES = 4 << 20;
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int USUAL_BYTES = 1 << 13;

  private final SocketChannel channel;
  private final Map<String, Object> hello;
  private final ReentrantLock asking = new ReentrantLock();
  private final ByteBuffer buffer = ByteBuffer.allocate(USUAL_BYTES);
  private volatile long dueNs = Deadlines.IDLE;
  private final AtomicInteger holders = new AtomicInteger(1);
  private final Queue<Integer> dropped = new ConcurrentLinkedQueue<>();
  private volatile boolean late;
  private volatile boolean over;

  HostConnection(final SocketChannel channel, final int timeoutMs) throws IOException {
    this.channel = channel;
    Deadlines.watch(this);
    within(timeoutMs);
    try {
      hello = read();
    } finally {
      dueNs = Deadlines.IDLE;
    }
  }

  /** Returns what the process said first: token, number, start. */
  Map<String, Object> hello() {
    return hello;
  }

  /** Counts one more world that lives in the process. */
  void hold() {
    holders.incrementAndGet();
  }

  /**
   * Gives up a world; the process is told when it is next asked.
   *
   * @param world its number in the process.
   * @return whether it was the last one there.
   */
  boolean leave(final int world) {
    dropped.add(world);
    return holders.decrementAndGet() == 0;
  }

  /**
   * Asks about one of several worlds of the process.
   *
   * @param world its number there.
   * @param question with its {@code op}.
   * @param timeoutMs to wait.
   * @return the answer.
   */
  Map<String, Object> ask(final int world, final Map<String, Object> question, final int timeoutMs)
      throws ToolFailedException, InterruptedException {
    final Map<String, Object> named = new HashMap<>(question);
    named.put("world", world);
    final List<Integer> gone = new ArrayList<>();
    for (Integer one = dropped.poll(); one != null; one = dropped.poll()) {
      gone.add(one);
    }
    named.put("dropped", gone);
    return ask(named, timeoutMs);
  }

  /** Says something to a process that waits for it. */
  void say(final Map<String, Object> message) throws IOException {
    write(JSON.writeValueAsBytes(message));
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
      within(timeoutMs);
      try {
        write(JSON.writeValueAsBytes(question));
        return answered(read());
      } finally {
        dueNs = Deadlines.IDLE;
      }
    } catch (final IOException e) {
      throw broken(e, timeoutMs);
    } finally {
      asking.unlock();
    }
  }

  private void within(final int timeoutMs) {
    final long due = System.nanoTime() + timeoutMs * 1_000_000L;
    dueNs = due == Deadlines.IDLE ? due + 1 : due;
  }

  @Override
  public long dueNs() {
    return dueNs;
  }

  @Override
  public void late() {
    late = true;
    close();
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
    final ByteBuffer frame = room(Integer.BYTES + body.length);
    frame.putInt(body.length).put(body).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  /** Reads one answer; a process says nothing that it was not asked for, so nothing follows it. */
  private Map<String, Object> read() throws IOException {
    ByteBuffer frame = room(USUAL_BYTES);
    fill(frame, Integer.BYTES);
    final int length = frame.getInt(0);
    if (length < 2 || length > MOST_BYTES) {
      throw new IOException("a frame of " + length + " bytes, which is none of the protocol");
    }
    if (Integer.BYTES + length > frame.capacity()) {
      final ByteBuffer longer = ByteBuffer.allocate(Integer.BYTES + length);
      frame = longer.put(frame.flip());
    }
    fill(frame, Integer.BYTES + length);
    final byte[] body = new byte[length];
    frame.get(Integer.BYTES, body);
    return JSON.readValue(body, OBJECT);
  }

  private ByteBuffer room(final int bytes) {
    return bytes <= USUAL_BYTES ? buffer.clear() : ByteBuffer.allocate(bytes);
  }

  private void fill(final ByteBuffer frame, final int bytes) throws IOException {
    while (frame.position() < bytes) {
      if (channel.read(frame) < 0) {
        throw new EOFException("end of stream");
      }
    }
  }

  /** Hangs up, which ends a process that listens; one that does not must be killed. */
  @Override
  public void close() {
    over = true;
    Deadlines.forget(this);
    try {
      channel.close();
    } catch (final IOException e) {
      // It is of no more use in any case.
    }
  }
}
