package dev.coppice.app.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.model.ModelRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStateTest {
  private static final ModelRunner.Traits TRAITS =
      new ModelRunner.Traits(49_152, 1024, 64, true, false, 5_000_000_000L);

  @TempDir private Path folder;

  @Test
  void shouldReadBackWhatItSaved() {
    final ArmState arm =
        new ArmState(
            "tree",
            "entropy",
            3,
            true,
            2,
            5_000,
            Map.of("decoded_tokens", 7L),
            List.of(new ArmState.Law("left = right", 7, 7, 0)));
    final RunState state = new RunState("mine", "tiny", TRAITS, List.of(arm));
    final Path file = folder.resolve("ledger.json");

    state.save(file);

    assertEquals(state, RunState.load(file));
    assertTrue(state.isComplete());
  }

  @Test
  void shouldRefuseAFolderOfAnotherFormatVersionAndNameBoth() throws IOException {
    final Path file = folder.resolve("ledger.json");
    Files.writeString(file, "{\"format\":\"coppice.run/9\"}");

    final RunFolderException refused =
        assertThrows(RunFolderException.class, () -> RunState.load(file));

    assertTrue(refused.getMessage().contains("coppice.run/9"), refused.getMessage());
    assertTrue(refused.getMessage().contains("coppice.run/1"), refused.getMessage());
  }

  @Test
  void shouldHoldALawOnlyWithinItsTolerance() {
    assertTrue(new ArmState.Law("a", 100, 100, 0).holds());
    assertFalse(new ArmState.Law("a", 100, 101, 0).holds());
    assertTrue(new ArmState.Law("a", 100, 101, 0.01).holds());
    assertFalse(new ArmState.Law("a", Double.NaN, 1, 0.5).holds());
  }

  @Test
  void shouldFindTheNewestRunInAFolderOfRuns() throws IOException {
    for (final String name : List.of("20260101-000000-a-0000", "20260102-000000-a-0000")) {
      Files.createDirectory(folder.resolve(name));
      Files.writeString(folder.resolve(name).resolve("config.resolved.toml"), "");
    }

    final RunFolder found = RunFolder.find(folder);

    assertEquals(folder.resolve("20260102-000000-a-0000"), found.root());
  }

  @Test
  void shouldRefuseAFolderThatHoldsNoRun() {
    assertThrows(RunFolderException.class, () -> RunFolder.find(folder));
    assertThrows(RunFolderException.class, () -> RunFolder.find(folder.resolve("missing")));
  }
}
