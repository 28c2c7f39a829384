package dev.coppice.environments.countdown;

import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;

/** Reads {@code open 3} and {@code 8*3}; what is neither is for the calculator to call bad. */
final class NumbersNotation implements CallNotation {
  private static final String OPEN = "open";
  private static final String DRAWER = "drawer";
  private static final String EXPRESSION = "expression";

  @Override
  public CallText read(final String text) {
    return DrawerCall.isOne(text)
        ? new CallText(OPEN, Map.of(DRAWER, DrawerCall.drawer(text)))
        : new CallText(PoolState.CALCULATOR, Map.of(EXPRESSION, text));
  }

  @Override
  public String write(final CallText call) {
    return call.arguments().get(DRAWER) instanceof Integer drawer
        ? DrawerCall.text(drawer)
        : String.valueOf(call.arguments().get(EXPRESSION));
  }

  @Override
  public ToolCall.Status judge(
      final ToolCall.Status status, final String result, final String note) {
    return switch (result) {
      case "illegal" -> ToolCall.Status.ILLEGAL;
      case "bad" -> ToolCall.Status.MALFORMED;
      default -> status;
    };
  }
}
