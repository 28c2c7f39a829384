package dev.coppice.engine;

import dev.coppice.core.Event;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.model.Draws;
import dev.coppice.model.Quotes;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes events as bytes and reads them back; everything is little-endian.
 *
 * <pre>
 *   string      int32 length, UTF-8 bytes; length -1 stands for null
 *   tokens      int32 count, int32 each
 *   1 offered   id string, index int32, task index int32, task id string, task input string,
 *               contract int8,
 *               prompt tokens, decision turn int32, typical turns int32, digest string,
 *               failure
 *   2 restored  id string, index int32, task index int32, computed tokens int64,
 *               trees int32
 *   3 quoted    time int64, rows int32,
 *               per row: branch, ticket, cached, computes, samples, int32 each
 *   4 drawn     time int64, rows int32,
 *               per row: branch, ticket, version, cached int32, entropy float32, failure,
 *               draws int32, per draw: tokens int32, per token: token int32, logprob float32
 *   5 expired   branch int32, ticket int32, waited int64
 *   6 call      branch int32, sequence int32, tool string, arguments string, status int8,
 *               correct int8 (0 null, 1 no, 2 yes), latency int64, provenance int8,
 *               observation tokens, over int8, step reward float64, digest string, failure
 *   7 scored    branch int32, sequence int32, reward float64, components int32,
 *               per component: name string, value float64; answer string, failure
 *   8 swapped   time int64, version int32
 *   failure     boundary int8 (-1 for none), code string, message string
 * </pre>
 *
 * @thread one at a time.
 */
final class EventCodec {
  static final int OFFERED = 1;
  static final int RESTORED = 2;
  static final int QUOTED = 3;
  static final int DRAWN = 4;
  static final int WORK_EXPIRED = 5;
  static final int CALL_DONE = 6;
  static final int SCORED = 7;
  static final int WEIGHTS_SWAPPED = 8;

  private EventCodec() {}

  /** Writes an event and answers its type. */
  static int encode(final Event event, final EventBytes to) {
    to.rewind();
    return switch (event) {
      case Event.GroupOffered offered -> offered(offered, to);
      case Event.GroupRestored restored -> {
        request(restored.request(), to);
        to.putLong(restored.computedTokens());
        to.putInt(restored.trees());
        yield RESTORED;
      }
      case Event.Quoted quoted -> quoted(quoted, to);
      case Event.Drawn drawn -> drawn(drawn, to);
      case Event.WorkExpired expired -> {
        to.putInt(expired.branch());
        to.putInt(expired.ticket());
        to.putLong(expired.waitedNs());
        yield WORK_EXPIRED;
      }
      case Event.CallDone done -> callDone(done, to);
      case Event.Scored scored -> scored(scored, to);
      case Event.WeightsSwapped swapped -> {
        to.putLong(swapped.nowNs());
        to.putInt(swapped.version());
        yield WEIGHTS_SWAPPED;
      }
    };
  }

  private static void request(final GroupRequest request, final EventBytes to) {
    to.putString(request.id());
    to.putInt(request.index());
    to.putInt(request.taskIndex());
  }

  private static int offered(final Event.GroupOffered offered, final EventBytes to) {
    request(offered.request(), to);
    to.putString(offered.task().id());
    to.putString(offered.task().input());
    to.putByte(offered.task().contract().code());
    to.putTokens(offered.prompt());
    to.putInt(offered.plan().decisionTurn());
    to.putInt(offered.plan().typicalTurns());
    to.putString(offered.digest());
    failure(offered.failure(), to);
    return OFFERED;
  }

  private static int quoted(final Event.Quoted quoted, final EventBytes to) {
    final Quotes quotes = quoted.quotes();
    to.putLong(quoted.nowNs());
    to.putInt(quotes.rows());
    for (int row = 0; row < quotes.rows(); row++) {
      to.putInt(quotes.branch(row));
      to.putInt(quotes.ticket(row));
      to.putInt(quotes.cached(row));
      to.putInt(quotes.computes(row));
      to.putInt(quotes.samples(row));
    }
    return QUOTED;
  }

  private static int drawn(final Event.Drawn drawn, final EventBytes to) {
    final Draws draws = drawn.draws();
    to.putLong(drawn.nowNs());
    to.putInt(draws.rows());
    for (int row = 0; row < draws.rows(); row++) {
      to.putInt(draws.branch(row));
      to.putInt(draws.ticket(row));
      to.putInt(draws.version(row));
      to.putInt(draws.cached(row));
      to.putFloat(draws.entropy(row));
      failure(draws.failure(row), to);
      to.putInt(draws.count(row));
      for (int draw = 0; draw < draws.count(row); draw++) {
        draw(draws, row, draw, to);
      }
    }
    return DRAWN;
  }

  private static void draw(final Draws draws, final int row, final int draw, final EventBytes to) {
    final int length = draws.length(row, draw);
    to.putInt(length);
    for (int i = 0; i < length; i++) {
      to.putInt(draws.token(row, draw, i));
      to.putFloat(draws.logprob(row, draw, i));
    }
  }

  private static int callDone(final Event.CallDone done, final EventBytes to) {
    ticket(done.ticket(), to);
    final Event.CallOutcome outcome = done.outcome();
    to.putString(outcome.tool());
    to.putString(outcome.arguments());
    to.putByte(outcome.status().code());
    to.putByte(outcome.correct() == null ? 0 : outcome.correct() ? 2 : 1);
    to.putLong(outcome.latencyUs());
    to.putByte(outcome.provenance().code());
    to.putTokens(done.observation());
    to.putByte(done.over() ? 1 : 0);
    to.putDouble(done.stepReward());
    to.putString(done.digest());
    failure(done.failure(), to);
    return CALL_DONE;
  }

  private static int scored(final Event.Scored scored, final EventBytes to) {
    ticket(scored.ticket(), to);
    to.putDouble(scored.score().reward());
    to.putInt(scored.score().components().size());
    for (final Map.Entry<String, Double> entry : scored.score().components().entrySet()) {
      to.putString(entry.getKey());
      to.putDouble(entry.getValue());
    }
    to.putString(scored.score().answer());
    failure(scored.failure(), to);
    return SCORED;
  }

  private static void ticket(final Event.Ticket ticket, final EventBytes to) {
    to.putInt(ticket.branch());
    to.putInt(ticket.sequence());
  }

  private static void failure(final RolloutFailure failure, final EventBytes to) {
    to.putByte(failure == null ? -1 : failure.boundary().code());
    if (failure != null) {
      to.putString(failure.code());
      to.putString(failure.message());
    }
  }

  /** Reads an event back. */
  static Event decode(final int type, final EventBytes from) {
    return switch (type) {
      case OFFERED ->
          new Event.GroupOffered(
              request(from),
              new Task(from.getString(), from.getString(), RuntimeContract.ofCode(from.getByte())),
              from.getTokens(),
              new EpisodePlan(from.getInt(), from.getInt()),
              from.getString(),
              failure(from));
      case RESTORED -> new Event.GroupRestored(request(from), from.getLong(), from.getInt());
      case QUOTED -> quoted(from);
      case DRAWN -> drawn(from);
      case WORK_EXPIRED -> new Event.WorkExpired(from.getInt(), from.getInt(), from.getLong());
      case CALL_DONE -> callDone(from);
      case SCORED -> scored(from);
      case WEIGHTS_SWAPPED -> new Event.WeightsSwapped(from.getLong(), from.getInt());
      default -> throw new IllegalArgumentException("unknown event type: type=" + type);
    };
  }

  private static GroupRequest request(final EventBytes from) {
    return new GroupRequest(from.getString(), from.getInt(), from.getInt());
  }

  private static Event.Ticket ticket(final EventBytes from) {
    return new Event.Ticket(from.getInt(), from.getInt());
  }

  private static Event quoted(final EventBytes from) {
    final long nowNs = from.getLong();
    final int rows = from.getInt();
    final Quotes quotes = new Quotes();
    for (int row = 0; row < rows; row++) {
      quotes.add(from.getInt(), from.getInt(), from.getInt(), from.getInt(), from.getInt());
    }
    return new Event.Quoted(nowNs, quotes);
  }

  private static Event drawn(final EventBytes from) {
    final long nowNs = from.getLong();
    final int rows = from.getInt();
    final Draws draws = new Draws();
    for (int row = 0; row < rows; row++) {
      draws.beginRow(from.getInt(), from.getInt(), from.getInt());
      draws.foundCached(from.getInt());
      draws.entropy(from.getFloat());
      draws.fail(failure(from));
      final int count = from.getInt();
      for (int draw = 0; draw < count; draw++) {
        draws.beginDraw();
        final int length = from.getInt();
        for (int i = 0; i < length; i++) {
          draws.add(from.getInt(), from.getFloat());
        }
      }
    }
    return new Event.Drawn(nowNs, draws);
  }

  private static Event callDone(final EventBytes from) {
    final Event.Ticket ticket = ticket(from);
    final String tool = from.getString();
    final String arguments = from.getString();
    final ToolCall.Status status = ToolCall.Status.ofCode(from.getByte());
    final int correct = from.getByte();
    final Event.CallOutcome outcome =
        new Event.CallOutcome(
            tool,
            arguments,
            status,
            correct == 0 ? null : correct == 2,
            from.getLong(),
            Provenance.ofCode(from.getByte()));
    return new Event.CallDone(
        ticket,
        outcome,
        from.getTokens(),
        from.getByte() == 1,
        from.getDouble(),
        from.getString(),
        failure(from));
  }

  private static Event scored(final EventBytes from) {
    final Event.Ticket ticket = ticket(from);
    final double reward = from.getDouble();
    final int size = from.getInt();
    final Map<String, Double> components = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      components.put(from.getString(), from.getDouble());
    }
    final Score score = new Score(reward, components, from.getString());
    return new Event.Scored(ticket, score, failure(from));
  }

  private static RolloutFailure failure(final EventBytes from) {
    final int boundary = from.getByte();
    return boundary < 0
        ? null
        : new RolloutFailure(
            RolloutFailure.Boundary.ofCode(boundary), from.getString(), from.getString());
  }

  /**
   * Puts and gets the parts of an event one after the other; the primitives of an event.
   *
   * @thread one at a time.
   */
  static final class EventBytes {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final MutableDirectBuffer buffer;
    private int position;

    /** Starts an empty, growing buffer. */
    EventBytes() {
      this.buffer = new ExpandableArrayBuffer(4096);
    }

    /** Reads bytes that are there. */
    EventBytes(final byte[] bytes) {
      this.buffer = new UnsafeBuffer(bytes);
    }

    void rewind() {
      position = 0;
    }

    DirectBuffer buffer() {
      return buffer;
    }

    int length() {
      return position;
    }

    void putByte(final int value) {
      buffer.putByte(position, (byte) value);
      position += Byte.BYTES;
    }

    void putInt(final int value) {
      buffer.putInt(position, value, ORDER);
      position += Integer.BYTES;
    }

    void putLong(final long value) {
      buffer.putLong(position, value, ORDER);
      position += Long.BYTES;
    }

    void putFloat(final float value) {
      buffer.putFloat(position, value, ORDER);
      position += Float.BYTES;
    }

    void putDouble(final double value) {
      buffer.putDouble(position, value, ORDER);
      position += Double.BYTES;
    }

    void putString(final String value) {
      if (value == null) {
        putInt(-1);
        return;
      }
      final byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      putInt(bytes.length);
      buffer.putBytes(position, bytes);
      position += bytes.length;
    }

    void putTokens(final int[] tokens) {
      putInt(tokens.length);
      for (final int token : tokens) {
        putInt(token);
      }
    }

    int getByte() {
      final int value = buffer.getByte(position);
      position += Byte.BYTES;
      return value;
    }

    int getInt() {
      final int value = buffer.getInt(position, ORDER);
      position += Integer.BYTES;
      return value;
    }

    long getLong() {
      final long value = buffer.getLong(position, ORDER);
      position += Long.BYTES;
      return value;
    }

    float getFloat() {
      final float value = buffer.getFloat(position, ORDER);
      position += Float.BYTES;
      return value;
    }

    double getDouble() {
      final double value = buffer.getDouble(position, ORDER);
      position += Double.BYTES;
      return value;
    }

    String getString() {
      final int length = getInt();
      if (length < 0) {
        return null;
      }
      final byte[] bytes = new byte[length];
      buffer.getBytes(position, bytes);
      position += length;
      return new String(bytes, StandardCharsets.UTF_8);
    }

    int[] getTokens() {
      final int[] tokens = new int[getInt()];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = getInt();
      }
      return tokens;
    }
  }
}
