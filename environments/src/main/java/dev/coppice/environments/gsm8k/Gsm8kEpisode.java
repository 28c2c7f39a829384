package dev.coppice.environments.gsm8k;

import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.canonical.Truncation;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;

/**
 * Answers one word problem along one branch.
 *
 * <p>The calculator is pure: no call changes the world, so the digest is that of the problem and a
 * fork only copies the counts.
 */
final class Gsm8kEpisode implements Episode {
  static final String CALCULATOR = "calculator";

  private final Gsm8kProblem problem;
  private final String prompt;
  private final String digest;
  private int calls;
  private int malformed;

  Gsm8kEpisode(final Gsm8kProblem problem, final String prompt) {
    this.problem = problem;
    this.prompt = prompt;
    digest = StateDigest.of("gsm8k " + prompt + "\0" + problem.finalAnswer());
  }

  private Gsm8kEpisode(final Gsm8kEpisode other) {
    problem = other.problem;
    prompt = other.prompt;
    digest = other.digest;
    calls = other.calls;
    malformed = other.malformed;
  }

  @Override
  public String prompt() {
    return prompt;
  }

  /** As many turns as the reference solution takes. */
  @Override
  public EpisodePlan plan() {
    return new EpisodePlan(0, problem.annotations().size() + 1);
  }

  @Override
  public Observation call(final String text) {
    final Observation observation = compute(problem, text);
    calls++;
    if (observation.status() == ToolCall.Status.MALFORMED) {
      malformed++;
    }
    return observation;
  }

  /** Computes one call, which changes nothing. */
  static Observation compute(final Gsm8kProblem problem, final String text) {
    try {
      final Fraction value = WrittenArithmetic.compute(text);
      return Observation.of(
          DecimalNumber.write(value, text) + Gsm8kProblem.OBSERVATION_CLOSE,
          CALCULATOR,
          arguments(text),
          ToolCall.Status.OK,
          isInReference(problem, value) ? true : null);
    } catch (UnreadableArithmeticException e) {
      return Observation.of(
          "error" + Gsm8kProblem.OBSERVATION_CLOSE, "", "{}", ToolCall.Status.MALFORMED, false);
    } catch (ArithmeticException e) {
      return Observation.of(
          "error" + Gsm8kProblem.OBSERVATION_CLOSE,
          CALCULATOR,
          arguments(text),
          ToolCall.Status.ILLEGAL,
          false);
    }
  }

  private static String arguments(final String text) {
    return CanonicalJson.write(Map.of("expression", text.replace(" ", "").replace(",", "")));
  }

  /** A value the reference does not use may still be on another way to the answer. */
  private static boolean isInReference(final Gsm8kProblem problem, final Fraction value) {
    return problem.annotations().stream().anyMatch(annotation -> annotation.agrees(value));
  }

  @Override
  public Score finish(final String answer) {
    return score(problem, answer, calls, malformed);
  }

  @Override
  public Score truncated(final StopReason reason) {
    return Truncation.isUnsolved(reason) ? score(problem, null, calls, malformed) : Score.NONE;
  }

  /** Scores an answer, or none, after so many calls. */
  static Score score(
      final Gsm8kProblem problem, final String answer, final int calls, final int malformed) {
    final String number = answer == null ? null : DecimalNumber.normalise(answer);
    final double right = problem.finalAnswer().equals(number) ? 1.0 : 0.0;
    final double wellFormed = calls == 0 ? 1.0 : (double) (calls - malformed) / calls;
    return new Score(
        right,
        Map.of("answer", right, "number", number == null ? 0.0 : 1.0, "wellformed", wellFormed),
        number);
  }

  @Override
  public Gsm8kEpisode fork() {
    return new Gsm8kEpisode(this);
  }

  @Override
  public String digest() {
    return digest;
  }
}
