package dev.coppice.environments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.episode.Environment;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentsTest {
  @ParameterizedTest
  @CsvSource({"countdown,held-out", "countdown,train", "drawers,", "drawers,train", "stories,"})
  void shouldMakeAnEnvironmentByItsName(final String name, final String split) {
    final Environment environment =
        Environments.create(new EnvironmentConfig(name, split == null ? "" : split, 5, 1, "", ""));

    assertEquals(name, environment.name());
    assertEquals(5, environment.taskCount());
    assertTrue(Environments.names().contains(name));
  }

  @Test
  void shouldMakeGsm8kWhenItsDataIsThere() {
    final String path = SharedData.find("data/gsm8k").toString();

    final Environment environment =
        Environments.create(new EnvironmentConfig("gsm8k", "", 0, 0, path, "<s>{question} "));

    assertEquals(1_319, environment.taskCount());
    assertTrue(environment.start(environment.task(0), 0).prompt().startsWith("<s>Janet"));
    assertEquals("gsm8k/test/0", environment.task(0).id());
  }

  @Test
  void shouldMakeGsm8kFromOwnData() {
    final String path = OwnData.find(Environments.class, "own/gsm8k").toString();

    final Environment environment =
        Environments.create(new EnvironmentConfig("gsm8k", "", 0, 0, path, "<s>{question} "));

    assertEquals(12, environment.taskCount());
    assertTrue(environment.start(environment.task(0), 0).prompt().startsWith("<s>A ferry"));
    assertEquals("gsm8k/test/0", environment.task(0).id());
    assertEquals(11, create("gsm8k", "train", path).taskCount());
  }

  @Test
  void shouldMakeFilesystemAndRetailFromOwnData() {
    final String files = OwnData.find(Environments.class, "own/filesystem").toString();
    final String retail = OwnData.find(Environments.class, "own/retail").toString();

    assertEquals(5, create("filesystem", "", files).taskCount());
    assertEquals(2, create("retail", "", retail).taskCount());
    assertEquals(4, create("retail", "train", retail).taskCount());
    assertEquals(6, create("retail", "all", retail).taskCount());
  }

  @Test
  void shouldMakeFilesystemAndRetailWhenTheirDataIsThere() {
    final String bfcl = SharedData.find("data/bfcl").toString();
    final String retail = SharedData.find("data/tau2-bench/retail").toString();

    assertEquals(13, create("filesystem", "", bfcl).taskCount());
    assertEquals(40, create("retail", "", retail).taskCount());
    assertEquals(74, create("retail", "train", retail).taskCount());
    assertEquals(114, create("retail", "all", retail).taskCount());
  }

  private static Environment create(final String name, final String split, final String path) {
    return Environments.create(new EnvironmentConfig(name, split, 0, 0, path, ""));
  }

  @Test
  void shouldSayWhatThereIsWhenTheNameOrTheSplitIsUnknown() {
    assertRefused(List.of("countdwon", "countdown", "gsm8k"), "countdwon", "", "");
    assertRefused(List.of("split=dev", "train, held-out"), "countdown", "dev", "");
    assertRefused(List.of("split=dev", "train, test"), "gsm8k", "dev", "x");
    assertRefused(List.of("task.path"), "gsm8k", "", "");
    assertRefused(List.of("no file", "nowhere"), "gsm8k", "", "nowhere");
    assertRefused(List.of("no file", "nowhere"), "filesystem", "", "nowhere");
    assertRefused(List.of("no file", "nowhere"), "retail", "all", "nowhere");
    assertRefused(List.of("retail needs task.path"), "retail", "all", "");
    assertThrows(
        IllegalArgumentException.class,
        () -> new EnvironmentConfig("countdown", "", -1, 0, "", ""));
  }

  private static void assertRefused(
      final List<String> expected, final String name, final String split, final String path) {
    final EnvironmentConfig config = new EnvironmentConfig(name, split, 1, 0, path, "");
    final IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Environments.create(config));
    for (final String part : expected) {
      assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }
  }
}
