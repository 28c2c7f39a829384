package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.folder.RunJournalDescriptor;
import dev.coppice.bridge.fixture.FaultyDisk;
import dev.coppice.bridge.journal.JournalReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JournalSinkTest {
  private static final UnsafeBuffer EVENT = new UnsafeBuffer(new byte[1000]);

  @TempDir private Path folder;

  private List<Integer> types() {
    final List<Integer> types = new ArrayList<>();
    final Path path = folder.resolve("journal.log");
    try (JournalReader reader = new JournalReader(path, RunJournalDescriptor.CONTENT)) {
      while (reader.next()) {
        types.add(reader.type());
      }
    }
    return types;
  }

  private static void awaitFull(final JournalSink sink, final boolean full) {
    final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (sink.isFull() != full) {
      assertTrue(System.nanoTime() < deadlineNs, "full=" + !full);
      Thread.onSpinWait();
    }
  }

  private static Thread engine(final JournalSink sink) {
    return Thread.ofPlatform()
        .start(
            () -> {
              for (int type = 1; type <= 3; type++) {
                sink.append(type, EVENT, 0, EVENT.capacity());
                sink.flush();
              }
            });
  }

  @Test
  void shouldHaveTheEngineWaitWhileTheDiskIsFullAndLoseNothing() throws InterruptedException {
    final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
    try (JournalSink sink = JournalSink.waiting(disk, folder.resolve("journal.log"))) {
      sink.beginArm("tree");
      disk.setSpaceBytes(1500);
      final Thread engine = engine(sink);
      awaitFull(sink, true);
      assertTrue(engine.isAlive());

      disk.setSpaceBytes(Long.MAX_VALUE);
      engine.join();

      assertFalse(sink.isFull());
    }
    assertEquals(List.of(RunJournalDescriptor.ARM_BEGINS, 1, 2, 3), types());
  }

  @Test
  void shouldLetGoOfTheEngineWhenItEndsBeforeThereIsRoom() throws InterruptedException {
    final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
    try (JournalSink sink = JournalSink.waiting(disk, folder.resolve("journal.log"))) {
      sink.beginArm("tree");
      disk.setSpaceBytes(1500);
      final Thread engine = engine(sink);
      awaitFull(sink, true);

      sink.end();
      engine.join();
    }
    assertEquals(List.of(RunJournalDescriptor.ARM_BEGINS, 1), types());
  }
}
