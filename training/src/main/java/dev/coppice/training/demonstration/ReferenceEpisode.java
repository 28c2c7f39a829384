package dev.coppice.training.demonstration;

import dev.coppice.environments.arithmetic.Calculator;
import dev.coppice.environments.arithmetic.CalculatorResult;
import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.DrawersProblem;
import dev.coppice.environments.arithmetic.Fraction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Plays one episode token by token by the rules of the tasks, as briefly as they can be written.
 *
 * <p>The sampled tokens go in one by one; after a complete call the observation's tokens come out.
 * The rules: a call ends at {@code </call>}, an answer at {@code </answer>}; the reward is 1 if the
 * answer is the target, the target is in the pool and a calculator call was valid; one call above
 * the limit ends the episode unsolved.
 *
 * @thread one thread
 */
public final class ReferenceEpisode {
  private static final int[] NOTHING = {};

  private final String prompt;
  private final Fraction target;
  private final int callLimit;
  private final List<Integer> closedDrawers;
  private List<Fraction> pool;
  private final List<String> actions = new ArrayList<>();
  private StringBuilder open;
  private boolean answering;
  private int calls;
  private int wellFormedCalls;
  private int acceptedCalls;
  private int validMoves;
  private boolean done;
  private boolean solved;

  private ReferenceEpisode(
      final String prompt,
      final int target,
      final int callLimit,
      final List<Fraction> pool,
      final List<Integer> drawers) {
    this.prompt = prompt;
    this.target = Fraction.of(target);
    this.callLimit = callLimit;
    this.pool = pool;
    this.closedDrawers = new ArrayList<>(drawers);
  }

  /**
   * Starts an episode of {@code countdown}.
   *
   * @param problem to solve.
   * @return the fresh episode.
   */
  public static ReferenceEpisode of(final CountdownProblem problem) {
    return new ReferenceEpisode(
        problem.prompt(), problem.target(), problem.callLimit(), problem.pool(), List.of());
  }

  /**
   * Starts an episode of {@code drawers}.
   *
   * @param problem to solve.
   * @return the fresh episode, with an empty pool.
   */
  public static ReferenceEpisode of(final DrawersProblem problem) {
    return new ReferenceEpisode(
        problem.prompt(), problem.target(), problem.callLimit(), List.of(), problem.contents());
  }

  /**
   * Returns the tokens the model reads first.
   *
   * @return {@code <bos>} and the prompt.
   */
  public int[] prompt() {
    return TaskVocabulary.encode("<bos>" + prompt);
  }

  /**
   * Takes one sampled token.
   *
   * @param token that the model wrote.
   * @return the tokens the environment appends, usually none.
   * @throws IllegalStateException if the episode is over.
   */
  public int[] accept(final int token) {
    if (done) {
      throw new IllegalStateException("the episode is over: token=" + token);
    }
    if (token == TaskVocabulary.EOS) {
      done = true;
    } else if (open == null) {
      if (token == TaskVocabulary.CALL || token == TaskVocabulary.ANSWER) {
        open = new StringBuilder();
        calls += token == TaskVocabulary.CALL ? 1 : 0;
        answering = token == TaskVocabulary.ANSWER;
      }
    } else if (token == (answering ? TaskVocabulary.ANSWER_END : TaskVocabulary.CALL_END)) {
      final String text = open.toString();
      open = null;
      return answering ? finish(text) : call(text);
    } else {
      open.append(TaskVocabulary.decode(token));
    }
    return NOTHING;
  }

  /**
   * Tells whether nothing more may be written.
   *
   * @return true after an answer, an end token or one call too many.
   */
  public boolean isDone() {
    return done;
  }

  /**
   * Tells whether the reward is 1.
   *
   * @return true if the target was made and answered.
   */
  public boolean isSolved() {
    return solved;
  }

  /**
   * Tells whether the model is inside a call, between its tags.
   *
   * @return true from {@code <call>} to {@code </call>}.
   */
  public boolean isInsideCall() {
    return open != null && !answering;
  }

  /**
   * Returns the texts of the calls and, last, of the answer.
   *
   * @return a copy of the actions in their order.
   */
  public List<String> actions() {
    return List.copyOf(actions);
  }

  /**
   * Counts calls that were begun, whether or not they were ended.
   *
   * @return number of calls.
   */
  public int calls() {
    return calls;
  }

  /**
   * Counts calls that were not answered {@code bad}.
   *
   * @return number of well-formed calls.
   */
  public int wellFormedCalls() {
    return wellFormedCalls;
  }

  /**
   * Counts calls that were answered neither {@code bad} nor {@code illegal}.
   *
   * @return number of accepted calls.
   */
  public int acceptedCalls() {
    return acceptedCalls;
  }

  /**
   * Tells whether no drawer is closed any more.
   *
   * @return true if all were opened or there never were any.
   */
  public boolean isEverythingOpened() {
    return closedDrawers.stream().allMatch(Objects::isNull);
  }

  /**
   * Returns the numbers that may be used now.
   *
   * @return the pool in descending order.
   */
  public List<Fraction> pool() {
    return pool;
  }

  private int[] finish(final String answer) {
    actions.add("=" + answer);
    solved = answer.equals(target.toString()) && pool.contains(target) && validMoves > 0;
    done = true;
    return NOTHING;
  }

  private int[] call(final String text) {
    actions.add(text);
    if (actions.size() > callLimit) {
      done = true;
    }
    final String observation = text.startsWith("open ") ? open(text.substring(5)) : calculate(text);
    wellFormedCalls += observation.equals("bad") ? 0 : 1;
    acceptedCalls += observation.equals("bad") || observation.equals("illegal") ? 0 : 1;
    return done ? NOTHING : TaskVocabulary.encode("<obs>" + observation + "</obs>");
  }

  private String calculate(final String text) {
    final CalculatorResult result = Calculator.call(pool, text);
    validMoves += result.kind() == CalculatorResult.Kind.VALID ? 1 : 0;
    pool = result.pool();
    return result.observation();
  }

  /** Opens a drawer; an opened one is remembered as null. */
  private String open(final String index) {
    if (!index.matches("[0-9]{1,3}")) {
      return "bad";
    }
    final int drawer = Integer.parseInt(index) - 1;
    if (drawer < 0 || drawer >= closedDrawers.size() || closedDrawers.get(drawer) == null) {
      return "illegal";
    }
    final int number = closedDrawers.set(drawer, null);
    if (number == 0) {
      return "empty";
    }
    final List<Fraction> next = new ArrayList<>(pool);
    next.add(Fraction.of(number));
    next.sort(Comparator.reverseOrder());
    pool = List.copyOf(next);
    return "worth " + number;
  }

  /** Writes a pool as a thought does. */
  static String thought(final List<Fraction> pool) {
    final StringBuilder text = new StringBuilder();
    for (final Fraction number : pool) {
      text.append(text.isEmpty() ? "" : " ").append(number);
    }
    return text.toString();
  }
}
