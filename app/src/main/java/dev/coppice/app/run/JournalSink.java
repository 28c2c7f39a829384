package dev.coppice.app.run;

import dev.coppice.bridge.journal.JournalWriter;
import dev.coppice.engine.EngineJournal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps the engine's inputs in {@code journal.log}, with a mark where an arm begins.
 *
 * @thread {@link #beginArm} before the engine starts, {@link #append} from the engine thread.
 */
final class JournalSink implements EngineJournal, AutoCloseable {
  /** Frames of this type hold the name of the arm that begins. */
  private static final int ARM_BEGINS = 1000;

  private final JournalWriter writer;

  JournalSink(final Path path) {
    this.writer = JournalWriter.open(path);
  }

  void beginArm(final String arm) {
    final UnsafeBuffer name = new UnsafeBuffer(arm.getBytes(StandardCharsets.UTF_8));
    writer.append(ARM_BEGINS, name, 0, name.capacity());
    writer.force();
  }

  @Override
  public void append(
      final int type, final DirectBuffer buffer, final int offset, final int length) {
    writer.append(type, buffer, offset, length);
  }

  @Override
  public void flush() {
    writer.flush();
  }

  @Override
  public void close() {
    writer.close();
  }
}
