package dev.coppice.bridge.segment;

import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.bridge.journal.JournalContent;
import dev.coppice.bridge.journal.JournalReader;
import dev.coppice.bridge.journal.JournalWriter;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.bridge.trace.TraceWriter;
import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes groups to traces, a segment and the journal for ever, and says on standard output which
 * are durable; made to be killed.
 */
final class DurableRun {
  private static final JournalContent SEALS = new JournalContent("SEALS", 1);

  static final int SEALED = 1;

  private DurableRun() {}

  /** One group that the journal vouches for. */
  record Sealed(int number, long traceBytes, SegmentSeal segment) {
    String encode() {
      final StringBuilder text =
          new StringBuilder(number + " " + traceBytes + " " + segment.name());
      for (final SegmentSeal.SealedFile file : segment.files()) {
        final SealedBytes content = file.content();
        text.append(' ').append(file.file()).append(' ').append(content.bytes());
        text.append(' ').append(content.sha256());
      }
      return text.toString();
    }

    static Sealed decode(final String text) {
      final String[] parts = text.split(" ");
      final List<SegmentSeal.SealedFile> files = new ArrayList<>();
      for (int i = 3; i < parts.length; i += 3) {
        files.add(
            new SegmentSeal.SealedFile(
                parts[i], new SealedBytes(Long.parseLong(parts[i + 1]), parts[i + 2])));
      }
      return new Sealed(
          Integer.parseInt(parts[0]),
          Long.parseLong(parts[1]),
          new SegmentSeal(parts[2], 1, files));
    }
  }

  static List<Sealed> sealed(final Path folder) {
    final List<Sealed> sealed = new ArrayList<>();
    final Path journal = folder.resolve("journal.log");
    if (Files.exists(journal) && journal.toFile().length() > 0) {
      try (JournalReader reader = new JournalReader(journal, SEALS)) {
        while (reader.next()) {
          sealed.add(
              Sealed.decode(reader.payload().getStringWithoutLengthAscii(0, reader.length())));
        }
      }
    }
    return sealed;
  }

  static Set<String> names(final List<Sealed> sealed) {
    return sealed.stream().map(s -> s.segment().name()).collect(Collectors.toSet());
  }

  static TrajectoryGroup group(final int number) {
    return new RandomTrees(number).group(number);
  }

  public static void main(final String[] args) {
    final Path folder = Path.of(args[0]);
    try (JournalWriter journal = JournalWriter.open(folder.resolve("journal.log"), SEALS)) {
      final List<Sealed> before = sealed(folder);
      final long traceBytes = before.isEmpty() ? 0 : before.getLast().traceBytes();
      try (TraceFile traces = TraceFile.open(folder.resolve("traces.jsonl"), traceBytes);
          ArrowSegmentWriter segments = segments(folder.resolve("trajectories"))) {
        segments.keepOnly(names(before));
        for (int number = before.size(); ; number++) {
          write(journal, traces, segments, number);
          acknowledge(System.out, number);
        }
      }
    }
  }

  static ArrowSegmentWriter segments(final Path trajectories) {
    return new ArrowSegmentWriter(trajectories, header(), SegmentForm.TREE_PACKED);
  }

  private static void write(
      final JournalWriter journal,
      final TraceFile traces,
      final ArrowSegmentWriter segments,
      final int number) {
    final TrajectoryGroup group = group(number);
    final List<byte[]> lines = new ArrayList<>();
    for (final TrajectoryTree tree : group.trees()) {
      lines.add(TraceWriter.line(tree, List.of()));
    }
    final long traceBytes = traces.append(lines);
    final SegmentSeal seal = segments.write(List.of(new CreditedGroup(group, List.of())));
    final byte[] text =
        new Sealed(number, traceBytes, seal).encode().getBytes(StandardCharsets.US_ASCII);
    journal.append(SEALED, new UnsafeBuffer(text), 0, text.length);
    journal.force();
  }

  private static void acknowledge(final PrintStream out, final int number) {
    out.println(number);
    out.flush();
  }

  private static WireHeader header() {
    return new WireHeader(
        "run",
        new WireHeader.Model("tiny", "", ""),
        "sampled",
        SamplingSettings.PLAIN,
        new WireHeader.Credit(SharedTokenRule.TRAIN_ONCE, AdvantageKind.NONE, ""));
  }
}
