package dev.coppice.app.serve;

import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.folder.TraceLines;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.TrajectoryGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Keeps the trees of sealed groups in {@code traces.jsonl}, up to a size, so that there is something
 * to look at when the segments are gone.
 *
 * <p>A group's lines are written behind its seal, so none is there twice; a kill between the two
 * loses them. What the file cannot take is left out and said once: no trainer needs it.
 *
 * @thread the sealer's.
 * @cost one write and one fsync for the groups of a segment.
 */
final class ServedTraces implements AutoCloseable {
  private static final long MIB = 1024L * 1024;

  private final TraceFile file;
  private final String arm;
  private final long mostBytes;
  private final Consumer<String> log;
  private final Map<Long, List<byte[]>> pending = new HashMap<>();
  private long bytes;
  private boolean ended;

  /**
   * Opens the file; half a line at its end is cut away.
   *
   * @param path of the file, made where there is none.
   * @param arm the groups are of.
   * @param mostMib the size the file may grow to, in MiB.
   * @param log is told when no more is kept.
   */
  ServedTraces(final Path path, final String arm, final long mostMib, final Consumer<String> log) {
    this.file = TraceFile.open(path, TraceFile.WHOLE_LINES);
    this.arm = arm;
    this.mostBytes = mostMib * MIB;
    this.log = log;
    this.bytes = path.toFile().length();
    this.ended = bytes >= mostBytes;
  }

  /** Opens the file where traces are wanted or there are some; returns null otherwise. */
  static ServedTraces of(
      final Path path, final String arm, final long mostMib, final Consumer<String> log) {
    return mostMib == 0 && !Files.exists(path) ? null : new ServedTraces(path, arm, mostMib, log);
  }

  /** Takes a group that is going to be sealed. */
  void take(final long number, final GroupResult result, final List<List<CreditBlock>> credit) {
    if (ended) {
      return;
    }
    final TrajectoryGroup group = result.group();
    final List<byte[]> lines = new ArrayList<>();
    for (int i = 0; i < group.trees().size(); i++) {
      final Trace trace = new Trace(group.trees().get(i), credit.get(i)).in(group);
      lines.add(
          TraceLines.line(
              new StoredTree(arm, group.trees().size(), trace, result.ledgers().get(i))));
    }
    pending.put(number, lines);
  }

  /** Forgets a group that was not sealed. */
  void leave(final long number) {
    pending.remove(number);
  }

  /** Writes groups that were sealed. */
  void sealed(final List<Long> numbers) {
    final List<byte[]> lines = new ArrayList<>();
    for (final long number : numbers) {
      final List<byte[]> of = pending.remove(number);
      if (of != null) {
        lines.addAll(of);
      }
    }
    final long more = lines.stream().mapToLong(line -> line.length).sum();
    if (ended || lines.isEmpty()) {
      return;
    }
    if (bytes + more > mostBytes) {
      end("traces end here: they take all of bridge.keep-mib = " + mostBytes / MIB + " MiB");
      return;
    }
    try {
      bytes = file.append(lines);
    } catch (final StorageException e) {
      end("traces end here: " + e.getMessage());
    }
  }

  private void end(final String why) {
    ended = true;
    pending.clear();
    log.accept(why);
  }

  @Override
  public void close() {
    file.close();
  }
}
