package dev.coppice.eventlog;

/**
 * Lays out the engine's events; everything is little-endian.
 *
 * <pre>
 *   string      int32 length, UTF-8 bytes; length -1 stands for null
 *   tokens      int32 count, int32 each
 *   1 offered   id string, index int32, task index int32, task id string, task input string,
 *               contract int8,
 *               prompt tokens, decision turn int32, typical turns int32, digest string,
 *               failure
 *   2 restored  id string, index int32, task index int32, computed tokens int64,
 *               trees int32, per tree: draws int32, scored int64, reward sum float64,
 *               square sum float64, trunk tokens, tokens, computed tokens int64 each;
 *               then per tree: forks int32, share of the paths float64 each; absent in old journals
 *   3 quoted    time int64, rows int32,
 *               per row: branch, ticket, cached, computes, samples, int32 each
 *   4 drawn     time int64, rows int32,
 *               per row: branch, ticket, version, cached int32, entropy float32, failure,
 *               draws int32, per draw: tokens int32, per token: token int32, logprob float32
 *   9 kept      as 4, and after each token: count int32 (-1 where nobody said), kept ids int32 each
 *   5 expired   branch int32, ticket int32, waited int64
 *   6 call      branch int32, sequence int32, tool string, arguments string, status int8,
 *               correct int8 (0 null, 1 no, 2 yes), latency int64, provenance int8,
 *               observation tokens, over int8, step reward float64, digest string, failure;
 *               where the turn made several calls: others int32, per other call: tool to provenance
 *   7 scored    branch int32, sequence int32, reward float64, components int32,
 *               per component: name string, value float64; answer string, failure
 *   8 swapped   time int64, version int32
 *  10 quoted by a server: as 3, and per row: again int32
 *  11 drawn by a server: as 4, and per row before its draws: again, wasted, apart, int32 each
 *  12 kept by a server: as 9 and 11
 *  13 lesson    number int64, whether anything was grown int8; then task index int32, and as 2 from
 *               its computed tokens on
 *   failure     boundary int8 (-1 for none), code string, message string
 * </pre>
 */
public final class EventDescriptor {
  /** A group was taken from the ring. */
  public static final int OFFERED = 1;

  /** A group an earlier process finished. */
  public static final int RESTORED = 2;

  /** The model said what it would compute. */
  public static final int QUOTED = 3;

  /** The model answered. */
  public static final int DRAWN = 4;

  /** The model did not answer in time. */
  public static final int WORK_EXPIRED = 5;

  /** A tool call came back. */
  public static final int CALL_DONE = 6;

  /** An episode was scored. */
  public static final int SCORED = 7;

  /** The model answered and said which ids could have been drawn. */
  public static final int DRAWN_KEPT = 9;

  /** New weights are in use. */
  public static final int WEIGHTS_SWAPPED = 8;

  /** A server said what it would compute, some of it more than once. */
  public static final int QUOTED_BY_SERVER = 10;

  /** A server answered, with draws that it computed apart. */
  public static final int DRAWN_BY_SERVER = 11;

  /** A server answered so, and said which ids could have been drawn. */
  public static final int DRAWN_KEPT_BY_SERVER = 12;

  /** A group of the same fleet ended elsewhere. */
  public static final int LESSON = 13;

  private EventDescriptor() {}
}
