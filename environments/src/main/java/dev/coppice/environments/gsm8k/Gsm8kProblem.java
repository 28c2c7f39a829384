package dev.coppice.environments.gsm8k;

import dev.coppice.environments.arithmetic.Fraction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Represents one problem as the data set spells it.
 *
 * @param question to answer.
 * @param answer with calculator annotations {@code <<48/2=24>>} and, behind {@code ####}, the final
 *     answer.
 * @thread immutable, any thread
 */
public record Gsm8kProblem(String question, String answer) {
  static final String CALL_OPEN = "<<";
  static final String CALL_CLOSE = "=";
  static final String OBSERVATION_CLOSE = ">>";
  static final String ANSWER_OPEN = "#### ";
  static final String ANSWER_CLOSE = "\n";

  /** Checks that there is a final answer, and that it is a number. */
  public Gsm8kProblem {
    Objects.requireNonNull(question, "question is null");
    Objects.requireNonNull(answer, "answer is null");
    final int mark = answer.lastIndexOf(ANSWER_OPEN);
    if (mark < 0
        || DecimalNumber.normalise(answer.substring(mark + ANSWER_OPEN.length())) == null) {
      throw new IllegalArgumentException(
          "answer must end with \"#### \" and a number: answer=" + answer);
    }
  }

  /**
   * Returns the final answer.
   *
   * @return the normalised number.
   */
  public String finalAnswer() {
    final int mark = answer.lastIndexOf(ANSWER_OPEN);
    return DecimalNumber.normalise(answer.substring(mark + ANSWER_OPEN.length()));
  }

  /**
   * Lists the calculator annotations.
   *
   * @return the annotations in order.
   */
  public List<Annotation> annotations() {
    final List<Annotation> annotations = new ArrayList<>();
    int open = answer.indexOf(CALL_OPEN);
    while (open >= 0) {
      final int from = open + CALL_OPEN.length();
      final int equals = answer.indexOf(CALL_CLOSE, from);
      final int close = answer.indexOf(OBSERVATION_CLOSE, from);
      if (equals < 0 || close < equals) {
        throw new IllegalArgumentException("annotation is not closed: at=" + open);
      }
      annotations.add(
          new Annotation(
              answer.substring(from, equals), answer.substring(equals + 1, close), equals + 1));
      open = answer.indexOf(CALL_OPEN, close);
    }
    return annotations;
  }

  /**
   * Parts the answer at its annotations: what a policy says before each tool result.
   *
   * @return the turns; all but the last end with {@code <<48/2=}, the last with its answer's line.
   */
  public List<String> turns() {
    final List<String> turns = new ArrayList<>();
    int from = 0;
    for (final Annotation annotation : annotations()) {
      turns.add(answer.substring(from, annotation.resultStart()));
      from = annotation.resultStart() + annotation.result().length() + OBSERVATION_CLOSE.length();
    }
    turns.add(answer.substring(from).stripTrailing() + ANSWER_CLOSE);
    return turns;
  }

  /**
   * Represents one annotation {@code <<expression=result>>}.
   *
   * @param expression before the equals sign.
   * @param result behind it, as the data set spells it.
   * @param resultStart the index of the result in the answer.
   */
  public record Annotation(String expression, String result, int resultStart) {
    /**
     * Compares a computed value with the result of the annotation.
     *
     * @param value to compare.
     * @return true if the result is the same number.
     */
    public boolean agrees(final Fraction value) {
      try {
        return WrittenArithmetic.compute(result).equals(value);
      } catch (UnreadableArithmeticException | ArithmeticException e) {
        return false;
      }
    }
  }
}
