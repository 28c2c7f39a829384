package dev.coppice.model;

import dev.coppice.draw.Copies;
import dev.coppice.draw.DrawRule;
import dev.coppice.trajectory.SamplingSettings;
import java.util.Arrays;
import java.util.List;

/**
 * Asks for the next tokens of one branch; the branch keeps one and fills it again for every answer.
 *
 * <p>The core writes between an answer and the next {@link ModelRunner#submit}, the runner reads
 * from there to its answer: nobody copies the path. {@link #ticket()} names the asking; an answer
 * under another ticket comes too late.
 *
 * @shape tokens int[length], from the beginning of the sequence.
 * @thread the engine thread.
 */
public final class Work {
  /** Tokens a path has room for beyond what it begins with: most paths never grow again. */
  private static final int ROOM = 96;

  private final int branch;
  private final int tree;
  private final int group;
  private Copies copies;
  private int[] tokens;
  private int length;
  private int turnStart;
  private final int origin;
  private int ticket;
  private boolean prompt;
  private int mostTokens;
  private int draws = 1;
  private int mostDraws = 1;
  private double entropyFloor = Double.POSITIVE_INFINITY;
  private Terms terms;
  private long submittedNs;
  private Object asker;
  private Object attachment;

  /**
   * Holds what all work of an engine has in common.
   *
   * @param sampling settings of every token.
   * @param stops that end an answer.
   * @param keepsIds whether draws carry the ids that the cuts kept, {@link Draws#kept}.
   * @param drawRule says what draws are keyed by.
   */
  public record Terms(SamplingSettings sampling, Stops stops, boolean keepsIds, DrawRule drawRule) {
    /**
     * Names terms under which kept ids are not asked for.
     *
     * @param sampling settings of every token.
     * @param stops that end an answer.
     */
    public Terms(final SamplingSettings sampling, final Stops stops) {
      this(sampling, stops, false, DrawRule.DEFAULT);
    }
  }

  /**
   * Says what ends an answer; a runner that answers one token at a time need not look.
   *
   * <p>A runner may answer beyond a stop: the core cuts there and books the rest as discarded.
   *
   * @param endTokens every token that ends a sequence; empty if none does.
   * @param texts that end a tool call or an answer, none of them empty.
   */
  public record Stops(List<Integer> endTokens, List<String> texts) {
    /** Keeps copies. */
    public Stops {
      endTokens = List.copyOf(endTokens);
      texts = List.copyOf(texts);
    }
  }

  /**
   * Says whom the work is for.
   *
   * @param branch unique in the engine.
   * @param tree of the branch, unique in the engine.
   * @param group of the tree: its place in the run.
   */
  public record Place(int branch, int tree, int group) {}

  /**
   * Makes the work of one branch.
   *
   * @param place of the branch.
   * @param copies the samples that share the path.
   * @param path the tokens there are; copied.
   * @param terms all work of the engine has in common.
   */
  public Work(final Place place, final Copies copies, final int[] path, final Terms terms) {
    this(
        place,
        copies,
        new Path(
            Arrays.copyOf(path, path.length + ROOM),
            path.length,
            terms.drawRule().origin() == DrawRule.Origin.PROMPT ? path.length : 0),
        terms);
  }

  /** Bundles a path with its length and the place its draws are counted from. */
  private record Path(int[] tokens, int length, int origin) {}

  private Work(final Place place, final Copies copies, final Path path, final Terms terms) {
    this.branch = place.branch();
    this.tree = place.tree();
    this.group = place.group();
    this.copies = copies;
    this.tokens = path.tokens();
    this.length = path.length();
    this.origin = path.origin();
    this.turnStart = length;
    this.terms = terms;
  }

  /**
   * Copies the path for a child born at its end.
   *
   * @param child the number of the child.
   * @param childCopies the samples that go on with the child.
   * @return work that asks for one draw of each.
   */
  public Work fork(final int child, final Copies childCopies) {
    final Path path = new Path(Arrays.copyOf(tokens, length + ROOM), length, origin);
    final Work work = new Work(new Place(child, tree, group), childCopies, path, terms);
    work.turnStart = turnStart;
    return work;
  }

  /**
   * Appends a token to the path.
   *
   * @param token id.
   */
  public void append(final int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(16, length * 2));
    }
    tokens[length++] = token;
  }

  /** Takes back the last token of the path, which no runner has computed yet. */
  public void removeLast() {
    length--;
  }

  /**
   * Appends tokens to the path.
   *
   * @param more ids.
   */
  public void append(final int[] more) {
    if (length + more.length > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(length + more.length, tokens.length * 2));
    }
    System.arraycopy(more, 0, tokens, length, more.length);
    length += more.length;
  }

  /** Begins a turn at the end of the path. */
  public void beginTurn() {
    turnStart = length;
  }

  /**
   * Asks anew: the last answer was taken in.
   *
   * @param most tokens wanted per draw, at least 1.
   * @param newDraws wanted of each sample whatever the entropy, at least 1.
   * @return this.
   */
  public Work ask(final int most, final int newDraws) {
    ticket++;
    mostTokens = most;
    draws = newDraws;
    mostDraws = newDraws;
    entropyFloor = Double.POSITIVE_INFINITY;
    return this;
  }

  /**
   * Asks for more draws where the next token is uncertain.
   *
   * @param most draws wanted of each sample where the entropy reaches the floor.
   * @param floor in nats.
   */
  public void askMoreAt(final int most, final double floor) {
    mostDraws = most;
    entropyFloor = floor;
  }

  /**
   * Says whether the path is the prompt of its group, which the group's other trees start from too.
   *
   * @param isPrompt whether it is.
   */
  public void prompt(final boolean isPrompt) {
    prompt = isPrompt;
  }

  /**
   * Names who asks, so that an answer need not look it up.
   *
   * @param newAsker the core's own; no runner looks at it.
   */
  public void asker(final Object newAsker) {
    asker = newAsker;
  }

  /**
   * Returns who asks.
   *
   * @return what the core set.
   */
  public Object asker() {
    return asker;
  }

  /**
   * Attaches what the runner knows of the branch, so that the next asking need not look it up.
   *
   * @param newAttachment the runner's own; the core does not look at it.
   */
  public void attach(final Object newAttachment) {
    attachment = newAttachment;
  }

  /**
   * Returns what the runner attached.
   *
   * @return what was attached, or null.
   */
  public Object attachment() {
    return attachment;
  }

  /**
   * Notes when the work was handed over; it decides nothing but the deadline.
   *
   * @param timeNs of the engine's clock.
   */
  public void submittedAt(final long timeNs) {
    submittedNs = timeNs;
  }

  /**
   * Returns the branch.
   *
   * @return its number, unique in the engine.
   */
  public int branch() {
    return branch;
  }

  /**
   * Returns the tree of the branch.
   *
   * @return its number, unique in the engine.
   */
  public int tree() {
    return tree;
  }

  /**
   * Returns the group of the tree.
   *
   * @return its place in the run.
   */
  public int group() {
    return group;
  }

  /**
   * Returns the samples that share the path; a row has the draws of each, sample after sample.
   *
   * @return the samples; with the position of a token they fix its draws.
   */
  public Copies copies() {
    return copies;
  }

  /**
   * Names the samples that go on with the path, where others left it.
   *
   * @param newCopies the samples, at least one.
   */
  public void copies(final Copies newCopies) {
    copies = newCopies;
  }

  /**
   * Returns the path.
   *
   * @return the array of tokens; what lies behind {@link #length()} is not part of it.
   */
  public int[] tokens() {
    return tokens;
  }

  /**
   * Returns the length of the path.
   *
   * @return the number of tokens.
   */
  public int length() {
    return length;
  }

  /**
   * Returns the position that keys the draw of the next token.
   *
   * @return the length of the path; where the rule counts from the prompt's end, what lies behind it.
   */
  public int drawPosition() {
    return length - origin;
  }

  /**
   * Returns what draws are keyed by, and how a token comes of it.
   *
   * @return the rule of the engine.
   */
  public DrawRule drawRule() {
    return terms.drawRule();
  }

  /**
   * Returns where the turn began: what stands before it was given, what follows is its answer so far.
   *
   * @return the place of its first token, at most {@link #length()}.
   */
  public int turnStart() {
    return turnStart;
  }

  /**
   * Returns the name of this asking.
   *
   * @return a number that rises with every asking of the branch.
   */
  public int ticket() {
    return ticket;
  }

  /**
   * Returns whether the path is the prompt of its group.
   *
   * @return true until the branch has drawn.
   */
  public boolean isPrompt() {
    return prompt;
  }

  /**
   * Returns the most tokens wanted per draw.
   *
   * @return the number, at least 1; fewer may come.
   */
  public int mostTokens() {
    return mostTokens;
  }

  /**
   * Returns the draws wanted of each sample in any case.
   *
   * @return the number, at least 1.
   */
  public int draws() {
    return draws;
  }

  /**
   * Returns the draws wanted of each sample where the entropy of the next token reaches {@link #entropyFloor()}.
   *
   * @return the number, at least {@link #draws()}.
   */
  public int mostDraws() {
    return mostDraws;
  }

  /**
   * Returns the entropy from which {@link #mostDraws()} are wanted.
   *
   * @return the bound in nats; positive infinity where entropy is not asked about.
   */
  public double entropyFloor() {
    return entropyFloor;
  }

  /**
   * Returns the settings to draw with.
   *
   * @return the settings.
   */
  public SamplingSettings sampling() {
    return terms.sampling();
  }

  /**
   * Returns whether draws carry the ids that the cuts kept.
   *
   * @return true where somebody asked for them.
   */
  public boolean keepsIds() {
    return terms.keepsIds();
  }

  /**
   * Returns what ends an answer.
   *
   * @return the stops.
   */
  public Stops stops() {
    return terms.stops();
  }

  /**
   * Returns when the work was handed over.
   *
   * @return the time of the engine's clock in nanoseconds.
   */
  public long submittedNs() {
    return submittedNs;
  }
}
