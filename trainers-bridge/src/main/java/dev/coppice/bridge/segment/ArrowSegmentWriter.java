package dev.coppice.bridge.segment;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.ipc.WireCodecs;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.FlatPacker;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.bridge.wire.WireHeader;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes finished groups into segments that are durable when the call returns.
 *
 * <p>Each call of {@link #write(List)} makes one new segment. Its files are written aside, forced
 * and renamed, and their folder is forced, so a segment is there in full or not at all. Names are
 * counted up from the highest in the folder and never used twice.
 *
 * @thread one.
 * @cost one copy of each group into Arrow memory; the memory of one group at a time.
 */
public final class ArrowSegmentWriter implements AutoCloseable {
  /** A group larger than this is no group but a fault. */
  private static final long MAX_BATCH_BYTES = 2L * 1024 * 1024 * 1024;

  private final Disk disk;
  private final Path folder;
  private final WireHeader header;
  private final SegmentForm form;
  private final BufferAllocator allocator = new RootAllocator(MAX_BATCH_BYTES);
  private int lastNumber;

  /**
   * Opens a folder of segments, creating it where there is none and removing what a killed process
   * left aside.
   *
   * @param folder of the segments; it must have no other writer.
   * @param header of every file.
   * @param form of every segment.
   * @throws StorageException if the folder cannot be made or read.
   */
  public ArrowSegmentWriter(final Path folder, final WireHeader header, final SegmentForm form) {
    this(Disk.LOCAL, folder, header, form);
  }

  /**
   * Opens a folder on a given disk.
   *
   * @param disk that holds the folder.
   * @param folder of the segments; it must have no other writer.
   * @param header of every file.
   * @param form of every segment.
   * @throws StorageException if the folder cannot be made or read.
   */
  public ArrowSegmentWriter(
      final Disk disk, final Path folder, final WireHeader header, final SegmentForm form) {
    this.disk = disk;
    this.folder = folder;
    this.header = header;
    this.form = form;
    try {
      Files.createDirectories(folder);
    } catch (final IOException e) {
      throw StorageException.of("create", folder, e);
    }
    DurableFile.sweep(folder);
    this.lastNumber = highestNumber(folder);
  }

  private static int highestNumber(final Path folder) {
    int highest = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "seg-*.arrow")) {
      for (final Path file : files) {
        highest = Math.max(highest, SegmentFiles.number(file));
      }
    } catch (final IOException e) {
      throw StorageException.of("list", folder, e);
    }
    return highest;
  }

  /**
   * Deletes the segments that nobody vouches for.
   *
   * <p>A process killed after it wrote a segment and before it noted the seal leaves a whole segment
   * whose groups will be made again; without this a trainer would see them twice.
   *
   * @param sealed the names of the segments that were noted, for example in the journal.
   * @return the number of files deleted.
   * @throws StorageException if the folder cannot be read or written.
   */
  public int keepOnly(final Set<String> sealed) {
    int count = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "seg-*.arrow")) {
      for (final Path file : files) {
        if (!sealed.contains(SegmentFiles.name(SegmentFiles.number(file)))) {
          disk.delete(file);
          count++;
        }
      }
      disk.forceFolder(folder);
    } catch (final IOException e) {
      throw StorageException.of("clean", folder, e);
    }
    return count;
  }

  /**
   * Numbers segments behind one that was deleted since.
   *
   * @param number the highest number known to have been used.
   */
  public void continueAfter(final int number) {
    lastNumber = Math.max(lastNumber, number);
  }

  /**
   * Writes groups as one new segment.
   *
   * @param groups to write, at least one; each becomes one batch per file.
   * @return name, sizes and digests of the segment, which is then durable.
   * @throws StorageException if the disk is full or broken; the segment is then not there, and the
   *     same groups may be written again.
   */
  public SegmentSeal write(final List<CreditedGroup> groups) {
    return write(groups, 1);
  }

  /**
   * Writes groups as one new segment with one batch per file, which costs fewer bytes.
   *
   * @param groups to write, at least one.
   * @return name, sizes and digests of the segment, which is then durable.
   * @throws StorageException if the disk is full or broken; the segment is then not there, and the
   *     same groups may be written again.
   */
  public SegmentSeal writeTogether(final List<CreditedGroup> groups) {
    return write(groups, Math.max(1, groups.size()));
  }

  private SegmentSeal write(final List<CreditedGroup> groups, final int perBatch) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("a segment needs at least one group: groups=0");
    }
    final String name = SegmentFiles.name(++lastNumber);
    final List<SegmentSeal.SealedFile> files =
        form.isFlat() ? writeFlat(name, groups, perBatch) : writePacked(name, groups, perBatch);
    return new SegmentSeal(name, groups.size(), files);
  }

  private List<SegmentSeal.SealedFile> writePacked(
      final String name, final List<CreditedGroup> groups, final int perBatch) {
    final List<PackedGroup> packed = new ArrayList<>();
    for (final CreditedGroup group : groups) {
      packed.add(TreePacker.pack(group));
    }
    final Batches nodes =
        (columns, from, to) -> {
          int row = 0;
          for (final PackedGroup group : packed.subList(from, to)) {
            for (final NodeRow node : group.nodes()) {
              RowWriter.putNode(columns, row++, node);
            }
          }
          return row;
        };
    final Batches leaves =
        (columns, from, to) -> {
          int row = 0;
          for (final PackedGroup group : packed.subList(from, to)) {
            for (final LeafRow leaf : group.leaves()) {
              RowWriter.putLeaf(columns, row++, leaf);
            }
          }
          return row;
        };
    final Cut cut = new Cut(groups.size(), perBatch);
    return List.of(
        write(SegmentFiles.nodes(name), SegmentSchemas.nodes(header), cut, nodes),
        write(SegmentFiles.leaves(name), SegmentSchemas.leaves(header), cut, leaves));
  }

  private List<SegmentSeal.SealedFile> writeFlat(
      final String name, final List<CreditedGroup> groups, final int perBatch) {
    final Batches rows =
        (columns, from, to) -> {
          int row = 0;
          for (final CreditedGroup group : groups.subList(from, to)) {
            for (final FlatRow flat : flat(group)) {
              RowWriter.putFlat(columns, row++, flat);
            }
          }
          return row;
        };
    final Cut cut = new Cut(groups.size(), perBatch);
    return List.of(write(SegmentFiles.flat(name), SegmentSchemas.flat(header), cut, rows));
  }

  private List<FlatRow> flat(final CreditedGroup group) {
    final List<FlatRow> paths = FlatPacker.pack(group);
    return form == SegmentForm.FLAT_DRAWS ? FlatRow.perDraw(paths) : paths;
  }

  private SegmentSeal.SealedFile write(
      final String file, final Schema schema, final Cut cut, final Batches batches) {
    final SealedBytes content =
        DurableFile.write(
            disk,
            folder.resolve(file),
            channel -> {
              try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
                  ArrowFileWriter writer = writer(file, root, channel)) {
                writer.start();
                for (int from = 0; from < cut.groups(); from += cut.perBatch()) {
                  final int to = Math.min(cut.groups(), from + cut.perBatch());
                  root.clear();
                  final ColumnWriter columns = new ColumnWriter(root);
                  columns.finish(batches.fill(columns, from, to));
                  writer.writeBatch();
                }
                writer.end();
              }
            });
    return new SegmentSeal.SealedFile(file, content);
  }

  /** Leaves are compressed when they are sent, with all that stands around their columns. */
  private static ArrowFileWriter writer(
      final String file, final VectorSchemaRoot root, final WritableByteChannel channel) {
    if (SegmentFiles.isLeaves(file)) {
      return new ArrowFileWriter(root, null, channel);
    }
    return new ArrowFileWriter(
        root,
        null,
        channel,
        Map.of(),
        IpcOption.DEFAULT,
        new WireCodecs(root),
        CompressionUtil.CodecType.ZSTD);
  }

  /**
   * Frees the Arrow memory.
   *
   * @throws IllegalStateException if any of it leaked.
   */
  @Override
  public void close() {
    allocator.close();
  }

  /** Says how groups are cut into batches. */
  private record Cut(int groups, int perBatch) {}

  /** Fills one batch with the groups of a range and returns its number of rows. */
  @FunctionalInterface
  private interface Batches {
    int fill(ColumnWriter columns, int from, int to);
  }
}
