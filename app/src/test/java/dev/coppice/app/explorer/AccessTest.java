package dev.coppice.app.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.coppice.app.explorer.Access.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.1:7344", "localhost:9000", "LOCALHOST", "[::1]:80"})
  void shouldAnswerUnderItsOwnNames(final String host) {
    assertEquals(Verdict.ALLOWED, Access.of("127.0.0.1", "").judge(host, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:7344",
        "127.0.0.1.evil.example",
        "",
        "localhost.:1",
        "[::1"
      })
  void shouldRefuseANameThatWasPointedHere(final String host) {
    assertEquals(Verdict.WRONG_NAME, Access.of("127.0.0.1", "").judge(host, ""));
  }

  @Test
  void shouldWantATokenWhereOthersCanReachIt() {
    final Access open = Access.of("0.0.0.0", "");

    assertFalse(open.token().isEmpty());
    assertEquals(Verdict.NO_TOKEN, open.judge("127.0.0.1", ""));
    assertEquals(Verdict.NO_TOKEN, open.judge("127.0.0.1", open.token() + "0"));
    assertEquals(Verdict.ALLOWED, open.judge("box.example", open.token()));
  }
}
