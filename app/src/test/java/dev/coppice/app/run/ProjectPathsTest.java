package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProjectPathsTest {
  @TempDir private Path folder;

  @Test
  void shouldNameAModelFolderThatIsNotThere() {
    final Path missing = folder.resolve("nothing");

    final ConfigException refusal =
        assertThrows(ConfigException.class, () -> ProjectPaths.model(missing.toString()));

    assertTrue(refusal.getMessage().startsWith("no such model: " + missing));
    assertTrue(refusal.getMessage().contains("model.path"), refusal.getMessage());
  }

  @Test
  void shouldTakeAModelFolderThatIsThere() {
    assertEquals(folder, ProjectPaths.model(folder.toString()));
  }
}
