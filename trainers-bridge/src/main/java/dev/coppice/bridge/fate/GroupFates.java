package dev.coppice.bridge.fate;

import dev.coppice.bridge.fate.GroupFate.Stage;
import dev.coppice.bridge.journal.JournalContent;
import dev.coppice.bridge.journal.JournalFormatException;
import dev.coppice.bridge.journal.JournalReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows {@code bridge.log} and keeps what became of each group.
 *
 * <p>It reads the layout that docs/FORMATS.md states and takes no lock, so an engine may write the
 * file meanwhile. An engine replaces a journal that is mostly history: the new one is then read from
 * its beginning, and what is known of groups that it no longer names stays.
 *
 * @thread one at a time.
 */
public final class GroupFates implements AutoCloseable {
  private static final JournalContent CONTENT = new JournalContent("OUTBOX", 2);
  private static final int SUBMITTED = 1;
  private static final int ISSUED = 2;
  private static final int SEALED = 3;
  private static final int OFFERED = 4;
  private static final int ACKNOWLEDGED = 5;
  private static final int DROPPED = 6;
  private static final int QUARANTINED = 7;
  private static final int PUBLISHED = 8;

  private final Path path;
  private final Map<Long, GroupFate> fates = new HashMap<>();
  private final List<Integer> published = new ArrayList<>();
  private JournalReader reader;
  private Object file;

  /**
   * Makes a follower.
   *
   * @param path of the journal; one that is not there yet is looked for again.
   */
  public GroupFates(final Path path) {
    this.path = path;
  }

  /**
   * Reads what was added since the last call.
   *
   * @return whether anything was.
   * @throws JournalFormatException if the file is no such journal, or damaged before its tail.
   */
  public boolean poll() {
    if (!open()) {
      return false;
    }
    boolean changed = false;
    while (reader.next()) {
      final byte[] bytes = new byte[reader.length()];
      reader.payload().getBytes(0, bytes);
      apply(reader.type(), ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      changed = true;
    }
    return changed;
  }

  private boolean open() {
    try {
      if (!Files.exists(path)) {
        return false;
      }
      final Object now = Files.readAttributes(path, "unix:ino").get("ino");
      if (reader != null && now.equals(file)) {
        return true;
      }
      close();
      reader = new JournalReader(path, CONTENT);
      file = now;
      return true;
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  private void apply(final int type, final ByteBuffer in) {
    switch (type) {
      case SUBMITTED -> submit(in);
      case ISSUED -> all(in, Stage.IN_FLIGHT, "");
      case SEALED -> seal(in);
      case OFFERED -> all(in, Stage.OFFERED, "");
      case ACKNOWLEDGED -> all(in, Stage.DELIVERED, "");
      case DROPPED -> all(in, Stage.DROPPED, text(in));
      case QUARANTINED -> all(in, Stage.QUARANTINED, text(in));
      case PUBLISHED -> published.add(in.getInt());
      default -> {
        return; // Snapshots and remembered requests tell of no group that is new.
      }
    }
  }

  private void submit(final ByteBuffer in) {
    text(in);
    final long first = in.getLong();
    in.getLong();
    final int count = in.getInt();
    for (int i = 0; i < count; i++) {
      fates.put(first + i, new GroupFate(Stage.QUEUED, "", in.getInt()));
    }
  }

  private void all(final ByteBuffer in, final Stage stage, final String reason) {
    final int count = in.getInt();
    for (int i = 0; i < count; i++) {
      move(in.getLong(), stage, reason);
    }
  }

  private void seal(final ByteBuffer in) {
    text(in);
    final int files = in.getInt();
    for (int i = 0; i < files; i++) {
      text(in);
      in.getLong();
      text(in);
    }
    final int count = in.getInt();
    for (int i = 0; i < count; i++) {
      final long group = in.getLong();
      in.getInt();
      // A compacted journal lists the groups of a segment that have ended as well.
      if (!fates.containsKey(group) || fates.get(group).stage().compareTo(Stage.SEALED) < 0) {
        move(group, Stage.SEALED, "");
      }
    }
  }

  private void move(final long group, final Stage stage, final String reason) {
    final GroupFate before = fates.getOrDefault(group, new GroupFate(Stage.QUEUED, "", -1));
    fates.put(group, before.at(stage, reason));
  }

  private static String text(final ByteBuffer in) {
    final byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Returns what is known.
   *
   * @return the fates by the number of the group; a copy.
   */
  public Map<Long, GroupFate> fates() {
    return Map.copyOf(fates);
  }

  /**
   * Lists the versions of weights that were published.
   *
   * @return the versions in order; a copy.
   */
  public List<Integer> published() {
    return List.copyOf(published);
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
