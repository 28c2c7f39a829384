package dev.coppice.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.bridge.disk.PoisonedFileException;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.model.BackendException;
import dev.coppice.model.WeightsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailureExplanationTest {
  private static String explained(final Throwable failure, final int status) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    assertEquals(status, CoppiceCommand.explain(failure, err), failure::toString);
    return bytes.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }

  @Test
  void shouldEndWithTwoWhereTheCallerCanMendIt() {
    assertEquals("coppice: a [configuration-wrong]", explained(new ConfigException("a"), 2));
    assertEquals("coppice: b [run-folder-unusable]", explained(new RunFolderException("b"), 2));
    assertEquals(
        "coppice: m/x: c [model-file-unusable]",
        explained(new ModelFileException(Path.of("m/x"), "c"), 2));
    assertEquals("coppice: d [argument-wrong]", explained(new IllegalArgumentException("d"), 2));
  }

  @Test
  void shouldEndWithOneWhereTheWorkFailed() {
    final IOException cause = new IOException("broken");

    assertEquals("coppice: e [forward-failed]", explained(new BackendException("e", null), 1));
    assertEquals("coppice: f [weights-unusable]", explained(new WeightsException("f", null), 1));
    assertEquals("coppice: g [file-failed]", explained(new UncheckedIOException("g", cause), 1));
    assertEquals("coppice: broken [file-failed]", explained(cause, 1));
    assertEquals("coppice: h [unexpected]", explained(new IllegalStateException("h"), 1));
    final String poisoned = explained(new PoisonedFileException(Path.of("j"), cause), 1);
    assertEquals("[file-poisoned]", poisoned.substring(poisoned.lastIndexOf('[')));
  }

  @Test
  void shouldKeepTheCodeOfAFailureThatOthersCarry() {
    final Exception coded = new ConfigException("i");
    final Exception future = new ExecutionException(coded);

    assertEquals("coppice: i [configuration-wrong]", explained(future, 2));
    assertEquals(
        "coppice: i [configuration-wrong]", explained(new RuntimeException("a pool", future), 2));
    assertEquals(
        "coppice: j [argument-wrong]",
        explained(
            new IllegalStateException(
                "made", new InvocationTargetException(new IllegalArgumentException("j"))),
            2));
  }

  @Test
  void shouldTellTheCauseWhereAStateOnlyCarriesIt() {
    final Throwable carried =
        new IllegalStateException("engine died", new ConfigException("the true reason"));

    assertEquals("coppice: the true reason [configuration-wrong]", explained(carried, 2));
  }
}
