package dev.coppice.app.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.folder.RunJournalDescriptor;
import dev.coppice.app.report.Metric;
import dev.coppice.app.report.ReportSource;
import dev.coppice.app.run.ReplayRuns;
import dev.coppice.bridge.journal.JournalReader;
import dev.coppice.bridge.journal.JournalWriter;
import dev.coppice.eventlog.EventDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
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
    final RunVerifier.Verdict verdict = new RunVerifier(run).verify();

    assertEquals(List.of(), verdict.differences());
    assertEquals(List.of(), verdict.unchecked());
  }

  @Test
  void shouldFindNothingInAFolderWhoseTracesAndReportAreOfTheFormatBefore() throws IOException {
    final String text = Files.readString(run.traces());
    Files.writeString(run.traces(), text.replace("coppice.trace/2", "coppice.trace/1"));
    replaceFirst(run.report(), "\"draws\" *:[^,]*,", "");

    assertEquals(List.of(), differences());
  }

  @Test
  void shouldFindDrawsAndMarksThatNobodyDrew() throws IOException {
    replaceFirst(run.traces(), "\"id\":1,", "\"id\":1,\"provenance\":[\"simulated\"],");

    final List<String> differences = differences();

    assertTrue(
        differences.stream().anyMatch(text -> text.contains("nodes[1].provenance")),
        differences.toString());
    assertTrue(
        differences.stream().anyMatch(text -> text.contains("segment differs")),
        differences.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"state\":\"[^\"]+\" | \"state\":\"forged\" | state: stored \"forged\", the journal gives",
        "\"answer\":\"[^\"]+\" | \"answer\":\"forged\" | answer: stored \"forged\", the journal gives",
        "\"reward\":1.0 | \"reward\":0.5 | reward: stored 0.5, the journal gives 1.0",
        "\"tokens\":\\[256, | \"tokens\":[257, | tokens[0]: stored 257, the journal gives 256",
        "\"latency_us\":(\\d+) | \"latency_us\":1$1 | latency_us: stored",
        "\"task\":\\{\"id\":\" | \"task\":{\"id\":\"other | task.id: stored"
      })
  void shouldFindWhatTheJournalDoesNotGive(final String from, final String to, final String found)
      throws IOException {
    replaceFirst(run.traces(), from, to);

    final List<String> differences = differences();

    assertTrue(
        differences.stream().anyMatch(text -> text.startsWith("chain g") && text.contains(found)),
        differences.toString());
  }

  @Test
  void shouldFindAnEventOfTheJournalThatWasExchangedWithItsChecksums() throws IOException {
    final byte[] before = Files.readAllBytes(run.journal());
    final Path aside = folder.resolve("aside.log");
    boolean changed = false;
    try (JournalReader reader = new JournalReader(run.journal(), RunJournalDescriptor.CONTENT);
        JournalWriter writer = JournalWriter.open(aside, RunJournalDescriptor.CONTENT)) {
      while (reader.next()) {
        final byte[] payload = new byte[reader.length()];
        reader.payload().getBytes(0, payload);
        final String text = new String(payload, StandardCharsets.ISO_8859_1);
        if (!changed && text.contains("twice?")) {
          payload[text.indexOf("twice?")] = 'T';
          changed = true;
        }
        writer.append(reader.type(), new UnsafeBuffer(payload), 0, payload.length);
      }
    }
    assertTrue(changed, "no event holds a question: bytes=" + before.length);
    Files.move(aside, run.journal(), StandardCopyOption.REPLACE_EXISTING);

    final List<String> differences = differences();

    assertEquals(1, differences.size(), differences.toString());
    assertTrue(differences.getFirst().contains("the journal gives"), differences.toString());
  }

  @Test
  void shouldJudgeAnAnswerAgainWhoseRewardIsForgedInJournalAndTraces() throws IOException {
    forge(EventDescriptor.SCORED, doubleBytes(1.0), doubleBytes(0.5));
    replaceFirst(run.traces(), "\"reward\":1.0", "\"reward\":0.5");

    final List<String> differences = differences();

    assertTrue(
        differences.stream()
            .anyMatch(
                text ->
                    text.startsWith("chain g")
                        && text.contains("score: the journal says Score[reward=0.5")
                        && text.contains("the world asked again Score[reward=1.0")),
        differences.toString());
  }

  @Test
  void shouldMakeACallAgainWhoseArgumentsAreForgedInJournalAndTraces() throws IOException {
    forge(
        EventDescriptor.CALL_DONE,
        "0+7".getBytes(StandardCharsets.UTF_8),
        "1+7".getBytes(StandardCharsets.UTF_8));
    replaceFirst(run.traces(), "0\\+7", "1+7");

    final List<String> differences = differences();

    assertTrue(
        differences.stream()
            .anyMatch(text -> text.contains("calls: the journal says") && text.contains("1+7")),
        differences.toString());
  }

  @Test
  void shouldSayThatAWorldThatLiesOutsideIsNotAskedAgain() throws Exception {
    final RunFolder recorded =
        ReplayRuns.run(
                ReplayRuns.loader(folder, 2)
                    .override("world.mode", "record")
                    .override("world.store", folder.resolve("store").toString())
                    .load())
            .folder();

    final RunVerifier.Verdict verdict = new RunVerifier(recorded).verify();

    assertEquals(List.of(), verdict.differences());
    assertTrue(
        verdict.unchecked().stream().anyMatch(text -> text.startsWith("calls and answers: ")),
        verdict.unchecked().toString());
  }

  private static byte[] doubleBytes(final double value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array();
  }

  /** Exchanges bytes in the first event of a type that has them, and writes its checksums anew. */
  private void forge(final int type, final byte[] from, final byte[] to) throws IOException {
    final String sought = new String(from, StandardCharsets.ISO_8859_1);
    final Path aside = folder.resolve("aside.log");
    boolean changed = false;
    try (JournalReader reader = new JournalReader(run.journal(), RunJournalDescriptor.CONTENT);
        JournalWriter writer = JournalWriter.open(aside, RunJournalDescriptor.CONTENT)) {
      while (reader.next()) {
        final byte[] payload = new byte[reader.length()];
        reader.payload().getBytes(0, payload);
        final int at = new String(payload, StandardCharsets.ISO_8859_1).indexOf(sought);
        if (!changed && reader.type() == type && at >= 0) {
          System.arraycopy(to, 0, payload, at, to.length);
          changed = true;
        }
        writer.append(reader.type(), new UnsafeBuffer(payload), 0, payload.length);
      }
    }
    assertTrue(changed, "no event of the type holds it: type=" + type);
    Files.move(aside, run.journal(), StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void shouldSayThatAJournalOfVersionOneCannotBeReplayed() throws IOException {
    Files.write(run.journal(), HexFormat.of().parseHex("434f50504a524e4c01000000cdea3309"));

    final RunVerifier.Verdict verdict = new RunVerifier(run).verify();

    assertEquals(List.of(), verdict.differences());
    assertEquals(1, verdict.unchecked().size(), verdict.unchecked().toString());
    final String said = verdict.unchecked().getFirst();
    assertTrue(said.startsWith("version: "), said);
    assertTrue(said.contains("has format version 1; this build reads version 2"), said);
    assertTrue(said.endsWith("[journal-version]"), said);
  }

  @Test
  void shouldSayWhatItDidNotCheckWhereTheTasksAreGone() throws IOException {
    Files.delete(folder.resolve("sums.jsonl"));

    final RunVerifier.Verdict verdict = new RunVerifier(run).verify();

    assertEquals(List.of(), verdict.differences());
    assertEquals(1, verdict.unchecked().size());
    assertTrue(
        verdict.unchecked().getFirst().contains("the traces against the journal"),
        verdict.unchecked().toString());
    assertTrue(
        verdict.unchecked().getFirst().contains("sums.jsonl"), verdict.unchecked().toString());
  }

  @Test
  void shouldSayWhatItDidNotCheckWhereNoJournalWasKept() throws Exception {
    final RunFolder without =
        ReplayRuns.run(ReplayRuns.loader(folder, 2).override("run.journal", "false").load())
            .folder();

    final RunVerifier.Verdict verdict = new RunVerifier(without).verify();

    assertEquals(List.of(), verdict.differences());
    assertEquals(
        List.of("the traces against the journal: run.journal was false"), verdict.unchecked());
  }

  @Test
  void shouldFindAJournalThatLostItsEvents() throws IOException {
    Files.delete(run.journal());
    try (JournalWriter writer = JournalWriter.open(run.journal(), RunJournalDescriptor.CONTENT)) {
      final byte[] arm = "chain".getBytes(StandardCharsets.UTF_8);
      writer.append(RunJournalDescriptor.ARM_BEGINS, new UnsafeBuffer(arm), 0, arm.length);
    }

    assertEquals(
        List.of("the journal holds no event although the traces hold groups"), differences());
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
