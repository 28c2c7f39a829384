package dev.coppice.environments.tool;

import dev.coppice.trajectory.ToolCall;
import java.util.List;

/**
 * Says how a call is written between the marks of calls.
 *
 * @thread any; implementations are immutable.
 */
public interface CallNotation {
  /** Writes calls as {@link CallText} does. */
  CallNotation JSON =
      new CallNotation() {
        @Override
        public CallText read(final String text) {
          return CallText.read(text);
        }

        @Override
        public String write(final CallText call) {
          return CallText.write(call.tool(), call.arguments());
        }
      };

  /**
   * Reads a call.
   *
   * @param text exactly as sampled.
   * @return the call.
   * @throws IllegalArgumentException if it is none; the message is for the policy.
   */
  CallText read(String text);

  /**
   * Reads a text that may hold a list of calls.
   *
   * @param text exactly as sampled.
   * @return the calls in order, at least one.
   * @throws IllegalArgumentException if it holds none; the message is for the policy.
   */
  default List<CallText> readAll(final String text) {
    return List.of(read(text));
  }

  /**
   * Writes a call as a policy would.
   *
   * @param call to write.
   * @return a text that is read as this call.
   */
  String write(CallText call);

  /**
   * Judges an answered call for the trace.
   *
   * <p>Where a world counts refused calls they change its state, so to the world they are answers
   * like any other; the trace still calls them by their names.
   *
   * @param status of the world's result.
   * @param result the policy is shown.
   * @param note of the result, or null.
   * @return OK, ILLEGAL or MALFORMED.
   */
  default ToolCall.Status judge(
      final ToolCall.Status status, final String result, final String note) {
    return status;
  }
}
