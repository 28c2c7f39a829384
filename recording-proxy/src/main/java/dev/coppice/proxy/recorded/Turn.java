package dev.coppice.proxy.recorded;

import dev.coppice.proxy.strand.Sampled.Spent;
import dev.coppice.proxy.strand.Strand;
import dev.coppice.proxy.talk.ToolUse;
import dev.coppice.proxy.talk.Turned;
import java.util.List;

/**
 * Holds a sampled turn: a node of the conversation of one rollout.
 *
 * @thread immutable, but what the recording adds under its lock.
 */
public final class Turn {
  final RecordEvent.TurnSampled event;
  final Turn parent;
  final Rollout rollout;
  final int length;

  /** What the next request is matched against; null where it was a bare text. */
  final Turned turned;

  /** Calls made, to name them in the trace. */
  final List<ToolUse> uses;

  /** A reward of this path alone, or null. */
  Ending.Scored score;

  /** Where the runner still knows the path, or null. */
  private volatile Strand strand;

  Turn(
      final RecordEvent.TurnSampled event,
      final Turn parent,
      final Rollout rollout,
      final Turned turned,
      final List<ToolUse> uses) {
    this.event = event;
    this.parent = parent;
    this.rollout = rollout;
    this.turned = turned;
    this.uses = List.copyOf(uses);
    this.length =
        (parent == null ? 0 : parent.length)
            + event.tokens().given().length
            + event.tokens().sampled().length;
  }

  /**
   * Returns the turn this one goes on from.
   *
   * @return the turn, or null.
   */
  public Turn parent() {
    return parent;
  }

  /**
   * Returns the number of the turn.
   *
   * @return the number, from 0.
   */
  public int number() {
    return event.place().turn();
  }

  /**
   * Returns what the next request is matched against.
   *
   * @return the turn in its conversation, or null where it was a bare text.
   */
  public Turned turned() {
    return turned;
  }

  /**
   * Returns all of the path as text, where the request was a bare text.
   *
   * @return prompt and answer, or null.
   */
  public String text() {
    return event.said().ask().text();
  }

  /**
   * Returns where the runner still knows the path.
   *
   * @return the strand, or null.
   */
  public Strand strand() {
    return strand;
  }

  void strand(final Strand newStrand) {
    strand = newStrand;
  }

  /**
   * Returns the tokens of the whole path.
   *
   * @param more given behind it.
   * @return the path from its beginning, then the new tokens.
   */
  public int[] path(final int[] more) {
    final int[] path = new int[length + more.length];
    System.arraycopy(more, 0, path, length, more.length);
    int end = length;
    for (Turn turn = this; turn != null; turn = turn.parent) {
      end = before(path, end, turn.event.tokens().sampled());
      end = before(path, end, turn.event.tokens().given());
    }
    return path;
  }

  private static int before(final int[] path, final int end, final int[] part) {
    System.arraycopy(part, 0, path, end - part.length, part.length);
    return end - part.length;
  }

  /**
   * Returns the number of tokens of the path.
   *
   * @return given and sampled ones, from the beginning.
   */
  public int length() {
    return length;
  }

  /**
   * Returns the tokens given between the turn before and this one.
   *
   * @return the tokens; not to be changed.
   */
  public int[] given() {
    return event.tokens().given();
  }

  Spent spent() {
    return event.spent();
  }

  int request() {
    return event.place().request();
  }
}
