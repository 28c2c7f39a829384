package dev.coppice.app;

import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.ModelRunnerContract;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.plug.PlugOptions;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The engine of docs/EXTENDING.md keeps the contract of the port. */
final class PageEngineContractTest extends ModelRunnerContract {
  @TempDir private static Path folder;
  private static URLClassLoader loader;

  @BeforeAll
  static void compile() throws IOException {
    final Path plugs = PageListings.compiled(folder, PageListings.of("docs/EXTENDING.md"));
    loader = new URLClassLoader(new URL[] {plugs.toUri().toURL()});
  }

  @AfterAll
  static void unload() throws IOException {
    loader.close();
  }

  @Override
  protected ModelRunner runner() {
    final int letters = LetterTokenizer.ALPHABET.length();
    try {
      final RunnerPlug plug =
          (RunnerPlug) loader.loadClass("dev.me.UniformEngine").getConstructor().newInstance();
      return plug.open(
          new RunnerRequest(folder, letters, null),
          PlugOptions.of(RunnerPlug.KIND, plug, Map.of("context", "128")));
    } catch (final ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
