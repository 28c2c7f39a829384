package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunJournalDescriptor;
import dev.coppice.app.run.ReplayRuns;
import dev.coppice.app.run.RunResources;
import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.journal.JournalReader;
import dev.coppice.bridge.segment.ArrowSegmentReader;
import dev.coppice.bridge.segment.SegmentForm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Serves in this process, with a script for a model. */
@Timeout(120)
class ServeJobTest {
  private static final String TEMPLATE = "c0ffee".repeat(10) + "c0ff";
  private static final int GROUPS = 6;

  @TempDir private Path folder;

  /** Serves some groups to a client, with a chat template of that digest, and ends. */
  private RunFolder served(final RunConfig config) throws Exception {
    final RunFolder run = ServeJob.prepare(config, null);
    try (RunResources plain = RunResources.open(config)) {
      final RunResources bench =
          new RunResources(
              plain.environment(),
              plain.tokenizer(),
              plain.runner(),
              plain.tokenizerSha256(),
              TEMPLATE,
              null);
      final ServeJob job = new ServeJob(config, run, bench, null);
      final CompletableFuture<ServeJob.Announcement> announced = new CompletableFuture<>();
      final Thread service = Thread.ofPlatform().start(() -> run(job, announced));
      try (BridgeClient client = BridgeClient.connect(announced.get().location())) {
        client.submit("first", GROUPS);
        int taken = 0;
        try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, GROUPS, true)) {
          while (feed.next()) {
            taken += feed.groupNumbers().size();
          }
        }
        assertEquals(GROUPS, taken);
      } finally {
        job.stop();
        service.join();
      }
    }
    return run;
  }

  private static void run(
      final ServeJob job, final CompletableFuture<ServeJob.Announcement> announced) {
    try {
      job.run(announced::complete);
    } catch (final InterruptedException | RuntimeException e) {
      announced.completeExceptionally(e);
    }
  }

  private RunConfig config(final String journal) throws Exception {
    return ReplayRuns.loader(folder, GROUPS)
        .override("run.journal", journal)
        .override("bridge.batch", "" + GROUPS)
        .load();
  }

  @Test
  void shouldWriteTheDigestOfTheChatTemplateAsARunDoes() throws Exception {
    final RunFolder run = served(config("true"));

    final ArrowSegmentReader segments = new ArrowSegmentReader(run.trajectories());
    assertFalse(segments.names().isEmpty());
    for (final String name : segments.names()) {
      assertEquals(TEMPLATE, segments.header(name).model().chatTemplateSha256());
    }
  }

  @Test
  void shouldKeepTheInputsOfItsEngineWhereTheJournalIsOn() throws Exception {
    final RunFolder run = served(config("true"));

    int events = 0;
    try (JournalReader reader = new JournalReader(run.journal(), RunJournalDescriptor.CONTENT)) {
      assertTrue(reader.next());
      assertEquals(RunJournalDescriptor.ARM_BEGINS, reader.type());
      final byte[] arm = new byte[reader.length()];
      reader.payload().getBytes(0, arm);
      assertEquals("tree", new String(arm, StandardCharsets.UTF_8));
      while (reader.next()) {
        events++;
      }
    }
    assertTrue(events > GROUPS, "events=" + events);
  }

  @Test
  void shouldKeepNoInputsWhereTheJournalIsOff() throws Exception {
    assertFalse(Files.exists(served(config("false")).journal()));
  }
}
