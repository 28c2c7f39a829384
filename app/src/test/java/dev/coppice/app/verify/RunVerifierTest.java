package dev.coppice.app.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.report.Metric;
import dev.coppice.app.report.ReportSource;
import dev.coppice.app.run.ReplayRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class RunVerifierTest {
  @TempDir private Path folder;
  private RunFolder run;

  @BeforeEach
  void runOnce() throws Exception {
    run = ReplayRuns.run(ReplayRuns.config(folder, 4)).folder();
  }

  private List<String> differences() {
    return new RunVerifier(run).verify().differences();
  }

  private static void replaceFirst(final Path file, final String from, final String to)
      throws IOException {
    final String text = Files.readString(file);
    final String changed = text.replaceFirst(from, to);
    assertFalse(text.equals(changed), "nothing to change: " + from);
    Files.writeString(file, changed);
  }

  @Test
  void shouldFindNothingInASoundRun() {
    assertEquals(List.of(), differences());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"decoded\":(\\d+) | \"decoded\":1$1",
        "\"prefilled\":(\\d+) | \"prefilled\":1$1",
        "\"tool_calls\":(\\d+) | \"tool_calls\":1$1",
        "\"reward\":1.0 | \"reward\":0.5",
        "\"tokens\":\\[256, | \"tokens\":[257,",
        "\"advantages\":\\[0.0 | \"advantages\":[0.25",
        "\"parent\":2 | \"parent\":1",
        "\"provenance\":\"real\" | \"provenance\":\"recorded\"",
        "\"provenance\":\"real\" | \"provenance\":\"simulated\"",
        "\"status\":\"completed\" | \"status\":\"infra_failed\"",
        "\"multiplier\":1 | x"
      })
  void shouldFindAChangeOfTheTraces(final String from, final String to) throws IOException {
    if (to.equals("x")) {
      Files.delete(run.trajectories().resolve("seg-000001.leaves.arrow"));
    } else {
      replaceFirst(run.traces(), from, to);
    }

    assertFalse(differences().isEmpty());
  }

  @Test
  void shouldRefuseAGroupThatMixesRuntimeContractsAndNameItAndThem() throws IOException {
    final String sound = "\"runtime_contract\":\"persistent\"";
    final List<String> lines = new ArrayList<>(Files.readAllLines(run.traces()));
    // Groups have two trees each, on neighbouring lines: the last line is a second tree.
    final String last = lines.removeLast();
    assertTrue(last.contains(sound), last);
    lines.add(last.replace(sound, "\"runtime_contract\":\"reset_per_step\""));
    Files.write(run.traces(), lines);

    final List<String> differences = differences();
    final RunFolderException refusal =
        assertThrows(
            RunFolderException.class, () -> ReportSource.read(run, List.of(Metric.values())));

    assertTrue(differences.contains(refusal.getMessage()), differences.toString());
    assertTrue(refusal.getMessage().contains("mixes runtime contracts"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("group=g"), refusal.getMessage());
    assertTrue(
        refusal.getMessage().contains("contracts=persistent,reset_per_step"), refusal.getMessage());
  }

  @Test
  void shouldFindAChangedFigureOfTheReport() throws IOException {
    replaceFirst(run.report(), "\"sharing_ratio\" : [0-9.]+", "\"sharing_ratio\" : 9.5");

    final List<String> differences = differences();

    assertTrue(differences.getFirst().contains("sharing_ratio"), differences.toString());
  }

  @Test
  void shouldFindALostGroup() throws IOException {
    final List<String> lines = Files.readAllLines(run.traces());
    Files.write(run.traces(), lines.subList(2, lines.size()));

    assertFalse(differences().isEmpty());
  }

  @Test
  void shouldFindABitFlippedInTheJournal() throws IOException {
    final byte[] bytes = Files.readAllBytes(run.journal());
    bytes[bytes.length / 3] ^= 4;
    Files.write(run.journal(), bytes);

    assertFalse(differences().isEmpty());
  }
}
