package dev.coppice.app.proxy;

import dev.coppice.app.folder.RunFolder;
import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.journal.JournalContent;
import dev.coppice.bridge.journal.JournalWriter;
import dev.coppice.proxy.recorded.RecordEvent;
import dev.coppice.proxy.recorded.RecordLog;
import dev.coppice.proxy.recorded.RecordedJson;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps the events of a recording in {@code proxy.log}, which is also the folder's lock.
 *
 * <pre>
 *   a journal of content AGENTS; a frame's type is the event's number, its payload JSON
 * </pre>
 *
 * @thread one at a time.
 */
final class ProxyLog implements RecordLog, AutoCloseable {
  static final JournalContent CONTENT = new JournalContent("AGENTS", RecordedJson.VERSION);

  private final JournalWriter writer;

  /** Opens the journal and shows every event it holds. */
  ProxyLog(final RunFolder folder, final Consumer<RecordEvent> events) {
    writer =
        JournalWriter.open(
            Disk.LOCAL,
            path(folder),
            CONTENT,
            JournalWriter.DEFAULT_BUFFER_BYTES,
            (type, payload, length, position) -> {
              final byte[] bytes = new byte[length];
              payload.getBytes(0, bytes);
              events.accept(RecordedJson.read(type, bytes));
            });
  }

  static Path path(final RunFolder folder) {
    return folder.root().resolve("proxy.log");
  }

  @Override
  public void append(final RecordEvent event) {
    final byte[] bytes = RecordedJson.bytes(event);
    writer.append(RecordedJson.type(event), new UnsafeBuffer(bytes), 0, bytes.length);
    writer.flush();
  }

  @Override
  public void force() {
    writer.force();
  }

  @Override
  public void close() {
    writer.close();
  }
}
