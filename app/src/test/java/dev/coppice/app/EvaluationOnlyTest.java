package dev.coppice.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What trains refuses by its name an engine that tells no token ids. */
final class EvaluationOnlyTest {
  private static final String[] ENGINE = {
    "--model.engine",
    "openai",
    "--model.urls",
    "http://127.0.0.1:9",
    "--model.path",
    "../models/tiny-policy"
  };

  @TempDir private Path folder;

  private static String[] call(final String... arguments) {
    final List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(ENGINE));
    return all.toArray(String[]::new);
  }

  private void refused(final String who, final String... arguments) {
    final CommandRuns.Result result = CommandRuns.execute(arguments);
    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.all());
    assertTrue(result.err().contains("model.engine = \"openai\""), result.all());
    assertTrue(result.err().contains(who), result.all());
  }

  @Test
  void shouldRefuseCreditBridgeAndProxy() {
    final String out = folder.toString();
    refused("credit", call("run", "@", "../examples/drawers.toml", "--out", out));
    refused("the bridge", call("serve", "@", "../examples/drawers.toml", "--out", out));
    refused("the proxy", call("proxy", "@", "../examples/proxy.toml", "--out", out));
  }

  @Test
  void shouldRefuseToScoreItsTraces() throws IOException {
    final RunConfig config = new ConfigLoader().override("model.engine", "openai").load();
    final RunFolder run = new RunFolder(folder);
    Files.writeString(run.config(), ConfigText.resolved(config));
    Files.writeString(run.traces(), "");
    refused("credit", "credit", "--estimator", "grpo", run.traces().toString());
  }
}
