package dev.coppice.environments.gsm8k;

import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;

/** Takes all that stands between the marks for an expression. */
final class CalculatorNotation implements CallNotation {
  private static final String EXPRESSION = "expression";

  static boolean isMalformed(final String note) {
    return ToolCall.Status.MALFORMED.wireName().equals(note);
  }

  @Override
  public CallText read(final String text) {
    return new CallText(Gsm8kEpisode.CALCULATOR, Map.of(EXPRESSION, text));
  }

  @Override
  public String write(final CallText call) {
    return String.valueOf(call.arguments().get(EXPRESSION));
  }

  @Override
  public ToolCall.Status judge(
      final ToolCall.Status status, final String result, final String note) {
    if (!result.equals("error")) {
      return status;
    }
    return isMalformed(note) ? ToolCall.Status.MALFORMED : ToolCall.Status.ILLEGAL;
  }
}
