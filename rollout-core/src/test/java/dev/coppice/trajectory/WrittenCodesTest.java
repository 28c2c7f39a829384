package dev.coppice.trajectory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.episode.Provenance;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the numbers that journals and segments are written with; a change here breaks old files. */
final class WrittenCodesTest {
  @Test
  void everyWrittenChoiceKeepsItsNumber() {
    assertCodes(
        "PROMPT=0 ACTION=1 OBSERVATION=2 FOLD=3",
        NodeKind.values(),
        NodeKind::code,
        NodeKind::ofCode);
    assertCodes(
        "THINK=0 TEXT=1 TOOL_NAME=2 TOOL_ARGS=3 TOOL_CALL=4 ANSWER=5 FOLD=6 TEMPLATE=7",
        SpanKind.values(),
        SpanKind::code,
        SpanKind::ofCode);
    assertCodes(
        "COMPLETED=0 TRUNCATED=1 ABORTED=2 ENV_FAILED=3 TOOL_FAILED=4 INFRA_FAILED=5 STALE=6",
        LeafStatus.values(),
        LeafStatus::code,
        LeafStatus::ofCode);
    assertCodes(
        "OK=0 ILLEGAL=1 MALFORMED=2 THREW=3 TIMEOUT=4 OVERSIZE=5 INVALID=6",
        ToolCall.Status.values(),
        ToolCall.Status::code,
        ToolCall.Status::ofCode);
    assertCodes(
        "ENVIRONMENT=0 TOOL=1 PARSER=2 BACKEND=3 LIMIT=4",
        RolloutFailure.Boundary.values(),
        RolloutFailure.Boundary::code,
        RolloutFailure.Boundary::ofCode);
    assertCodes(
        "PERSISTENT=0 RESET_PER_STEP=1 RESET_PER_BRANCH=2",
        Task.RuntimeContract.values(),
        Task.RuntimeContract::code,
        Task.RuntimeContract::ofCode);
    assertCodes(
        "REAL=0 RECORDED=1 SIMULATED=2 FAULT=3",
        Provenance.values(),
        Provenance::code,
        Provenance::ofCode);
  }

  private static <E extends Enum<E>> void assertCodes(
      final String expected,
      final E[] values,
      final ToIntFunction<E> code,
      final IntFunction<E> of) {
    final String found =
        Arrays.stream(values)
            .map(value -> value + "=" + code.applyAsInt(value))
            .collect(Collectors.joining(" "));
    assertEquals(expected, found);
    for (final E value : values) {
      assertEquals(value, of.apply(code.applyAsInt(value)));
    }
    for (final int unknown : new int[] {-1, values.length}) {
      final String message =
          assertThrows(IllegalArgumentException.class, () -> of.apply(unknown)).getMessage();
      assertTrue(message.endsWith(values[0].getDeclaringClass().getSimpleName() + "=" + unknown));
    }
  }
}
