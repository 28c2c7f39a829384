package dev.coppice.remote.replica;

import dev.coppice.remote.control.ControlCalls;
import dev.coppice.remote.control.ServerControl;
import dev.coppice.remote.control.ServerFacts;
import dev.coppice.remote.control.ServerLoad;
import dev.coppice.remote.protocol.ServerDialect;

/**
 * Holds one server: how it is spoken to, what it has cached, how busy it is and whether it is there.
 *
 * @thread any.
 */
public final class Replica {
  /** What a client remembers of a server's cache: more than any server of one machine holds. */
  private static final long MOST_KNOWN_TOKENS = 16L << 20;

  private final Speech speech;
  private final ServerFacts facts;
  private final SlotTable slots;
  private final KnownPaths known = new KnownPaths(MOST_KNOWN_TOKENS);
  private final Leaders leaders = new Leaders();
  private long queuedTokens;
  private volatile ServerLoad load = ServerLoad.UNTOLD;
  private volatile boolean up = true;

  /**
   * Says how a server is spoken to.
   *
   * @param calls to it.
   * @param dialect of requests for tokens.
   * @param control of it.
   */
  public record Speech(ControlCalls calls, ServerDialect dialect, ServerControl control) {}

  /**
   * Makes a replica that is up.
   *
   * @param speech to it.
   * @param facts of it.
   * @param slots of a server that has some, or null.
   */
  public Replica(final Speech speech, final ServerFacts facts, final SlotTable slots) {
    this.speech = speech;
    this.facts = facts;
    this.slots = slots;
  }

  /**
   * Returns how it is spoken to.
   *
   * @return calls, dialect and control.
   */
  public Speech speech() {
    return speech;
  }

  /**
   * Returns what it is.
   *
   * @return the facts of the time it was first asked.
   */
  public ServerFacts facts() {
    return facts;
  }

  /**
   * Returns its slots.
   *
   * @return the table, or null where the server has no slots that one may name.
   */
  public SlotTable slots() {
    return slots;
  }

  /**
   * Returns the requests that compute what others wait for.
   *
   * @return the leaders.
   */
  public Leaders leaders() {
    return leaders;
  }

  /**
   * Says how many tokens of a path it is expected to find.
   *
   * @param path of tokens, as long as the request's.
   * @return the tokens; the last one is always computed.
   */
  public int expected(final int[] path) {
    final int match = slots == null ? known.match(path, path.length) : slots.match(path);
    return shareable(Math.min(match, path.length - 1));
  }

  /**
   * Rounds a length to what the server shares.
   *
   * @param tokens two paths have in common.
   * @return the tokens of full blocks.
   */
  public int shareable(final int tokens) {
    return tokens - tokens % facts.blockTokens();
  }

  /**
   * Remembers that it has computed a path.
   *
   * @param path of tokens.
   * @param length of it.
   */
  public void computed(final int[] path, final int length) {
    known.insert(path, length);
  }

  /**
   * Remembers that it had lost the rest of a path.
   *
   * @param path of tokens.
   * @param found of it.
   */
  public void lost(final int[] path, final int found) {
    known.prune(path, path.length, found);
  }

  /** Forgets what it had cached. */
  public void forget() {
    known.clear();
    if (slots != null) {
      slots.clear();
    }
  }

  synchronized long queuedTokens() {
    // What others have waiting there is known by number alone.
    return queuedTokens + load.waiting() * TOKENS_OF_A_STRANGER;
  }

  private static final int TOKENS_OF_A_STRANGER = 256;

  synchronized void queue(final long tokens) {
    queuedTokens += tokens;
  }

  /**
   * Returns the last load that was asked for.
   *
   * @return the load.
   */
  public ServerLoad load() {
    return load;
  }

  /**
   * Notes a load.
   *
   * @param now the server's.
   */
  public void load(final ServerLoad now) {
    load = now;
  }

  /**
   * Returns whether it takes requests.
   *
   * @return false after it was lost, until it is found healthy and answers a probe.
   */
  public boolean isUp() {
    return up;
  }

  void up(final boolean isUp) {
    up = isUp;
  }

  @Override
  public String toString() {
    return speech.calls().base();
  }
}
