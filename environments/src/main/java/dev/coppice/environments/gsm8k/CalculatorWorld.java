package dev.coppice.environments.gsm8k;

import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.MethodWorld;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.List;

/**
 * Makes the calculator of {@code gsm8k} a tool, which is pure: branches share one instance.
 *
 * <p>What the reward asks of earlier calls, whether they could be read, is noted with their results.
 */
public final class CalculatorWorld extends MethodWorld {
  /** The marks and the notation of the environment. */
  public static final CallFormat FORMAT =
      new CallFormat(
          new Dialect(
              Gsm8kProblem.CALL_OPEN,
              Gsm8kProblem.CALL_CLOSE,
              Gsm8kProblem.ANSWER_OPEN,
              Gsm8kProblem.ANSWER_CLOSE),
          "",
          Gsm8kProblem.OBSERVATION_CLOSE,
          new CalculatorNotation());

  private Gsm8kProblem problem;
  private String digest;

  /**
   * Computes an expression.
   *
   * @param expression such as {@code 48/2}.
   * @return the number as the data set would spell it, or {@code error}.
   */
  @ToolMethod(value = "Computes an expression.", effect = SideEffect.PURE)
  public ToolResult calculator(
      @Argument(value = "Numbers with + - * / and brackets.", name = "expression")
          final String expression) {
    final Observation observation = Gsm8kEpisode.compute(problem, expression);
    final String shown = observation.text();
    return new ToolResult(
        ToolCall.Status.OK,
        shown.substring(0, shown.length() - Gsm8kProblem.OBSERVATION_CLOSE.length()),
        observation.correct(),
        false,
        0.0,
        observation.status().wireName(),
        Observation.Source.REAL);
  }

  @Override
  public void reset(final Task task, final long seed) {
    problem = Gsm8kEnvironment.problem(task);
    digest = StateDigest.of("gsm8k " + problem.question() + "\0" + problem.answer());
  }

  @Override
  public ToolWorld fork() {
    final CalculatorWorld fork = new CalculatorWorld();
    fork.problem = problem;
    fork.digest = digest;
    return fork;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public String summary() {
    return problem.question();
  }

  @Override
  public boolean scoresAnswerAlone() {
    return true;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    final List<String> calls = seen.notes();
    final long malformed = calls.stream().filter(CalculatorNotation::isMalformed).count();
    return Gsm8kEpisode.score(problem, answer, calls.size(), (int) malformed);
  }
}
