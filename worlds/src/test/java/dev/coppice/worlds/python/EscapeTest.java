package dev.coppice.worlds.python;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs programs that try to get out or to use more than they may: none can, and each of them can
 * where the wall in question is missing.
 */
@Tag("slow")
class EscapeTest {
  private static final SandboxLimits TIGHT =
      new SandboxLimits(256L << 20, 16, 16L << 20, 32L << 20, 4 << 10, 1_500);
  private static final String TRIED = "escape and abuse programs";

  @TempDir static Path folder;
  private static Bubblewrap sandbox;
  private static HostTargets host;

  @BeforeAll
  static void find() throws Exception {
    sandbox = Sandboxes.require();
    host = HostTargets.open(folder);
  }

  @AfterAll
  static void close() throws Exception {
    if (host != null) {
      host.close();
    }
  }

  static Stream<Abuse> abuses() {
    return Stream.of(HostAbuses.ALL, KernelAbuses.ALL, ResourceAbuses.ALL).flatMap(List::stream);
  }

  @Test
  void shouldTryAtLeastFiftyPrograms() {
    assertTrue(abuses().count() >= 50, abuses().count() + " " + TRIED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("abuses")
  void shouldHold(final Abuse abuse) throws Exception {
    final String inside = sandboxed(abuse, TIGHT);

    assertFalse(inside.contains("ESCAPED"), abuse + " got out: " + inside);
    assertTrue(host.isUntouched(), abuse + " touched the host: " + inside);
    if (abuse.control() == Abuse.Control.INSIDE) {
      assertTrue(inside.contains("FIRED"), abuse + " did nothing: " + inside);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("abuses")
  void shouldNoticeWhereTheWallIsMissing(final Abuse abuse) throws Exception {
    final String outside =
        switch (abuse.control()) {
          case LOOSE -> sandboxed(abuse, ResourceAbuses.LOOSE);
          case PLAIN -> host.plain(abuse.code());
          case ROOT -> {
            Assumptions.assumeTrue(Sandboxes.isRoot(), "skipped: only root is let do this");
            yield host.plain(abuse.code());
          }
          case INSIDE -> "ESCAPED";
        };

    assertTrue(outside.contains("ESCAPED"), abuse + " would not notice: " + outside);
  }

  private static String sandboxed(final Abuse abuse, final SandboxLimits limits) throws Exception {
    final PythonSession session = PythonSession.start(sandbox, limits, 1);
    final List<ProcessHandle> inside = new ArrayList<>();
    final CellResult result;
    try (session) {
      result = session.run(host.filled(abuse.code(), true));
      session.process().descendants().forEach(inside::add);
      if (result.isAlive()) {
        assertEquals("after\n", session.run("print('after')").output(), abuse.name());
      }
    }
    Sandboxes.assertGone(session.process().toHandle(), inside);
    return result.status() + " " + result.output();
  }
}
