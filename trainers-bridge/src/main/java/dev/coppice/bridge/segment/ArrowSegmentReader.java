package dev.coppice.bridge.segment;

import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.WireHeader;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.InvalidArrowFileException;
import org.apache.arrow.vector.util.ValueVectorUtility;

/**
 * Reads segments back into records, to verify a run.
 *
 * @thread any; each call works on its own memory.
 * @cost the memory of one segment's records.
 */
public final class ArrowSegmentReader {
  private final Path folder;

  /**
   * Names the folder to read.
   *
   * @param folder of the segments.
   */
  public ArrowSegmentReader(final Path folder) {
    this.folder = folder;
  }

  /**
   * Lists the whole segments.
   *
   * @return their names in order; a tree-packed one without its file of leaves is left out.
   * @throws StorageException if the folder cannot be read.
   */
  public List<String> names() {
    final List<String> names = new ArrayList<>();
    final String glob = "seg-*.{leaves,flat}.arrow";
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      for (final Path file : files) {
        names.add(SegmentFiles.name(SegmentFiles.number(file)));
      }
    } catch (final IOException e) {
      throw StorageException.of("list", folder, e);
    }
    names.sort(null);
    return names;
  }

  /**
   * Reads the metadata of a segment.
   *
   * @param name of the segment.
   * @return what its rows were made with.
   * @throws SegmentFormatException if the file is damaged or has another version.
   */
  public WireHeader header(final String name) {
    final Path leaves = folder.resolve(SegmentFiles.leaves(name));
    final Path file = Files.exists(leaves) ? leaves : folder.resolve(SegmentFiles.flat(name));
    return read(file, reader -> SegmentSchemas.header(metadata(reader)));
  }

  /**
   * Tells whether a segment knows draws and marks.
   *
   * @param name of the segment.
   * @return false if it has the format before, {@link WireHeader#FORMAT_ONE_DRAW}.
   * @throws SegmentFormatException if the file is damaged or has another version.
   */
  public boolean knowsDraws(final String name) {
    final Path leaves = folder.resolve(SegmentFiles.leaves(name));
    final Path file = Files.exists(leaves) ? leaves : folder.resolve(SegmentFiles.flat(name));
    return read(file, reader -> SegmentSchemas.knowsDraws(metadata(reader)));
  }

  /**
   * Reads a tree-packed segment.
   *
   * @param name of the segment.
   * @return its groups in order.
   * @throws SegmentFormatException if a file is damaged or has another version.
   * @throws StorageException if a file cannot be read.
   */
  public List<PackedGroup> packed(final String name) {
    final List<List<NodeRow>> nodes =
        groups(batches(folder.resolve(SegmentFiles.nodes(name)), RowReader::node), NodeRow::group);
    final Path leavesFile = folder.resolve(SegmentFiles.leaves(name));
    final List<List<LeafRow>> leaves = groups(batches(leavesFile, RowReader::leaf), LeafRow::group);
    try {
      return PackedBatches.joined(nodes, leaves);
    } catch (final IllegalArgumentException e) {
      throw new SegmentFormatException(leavesFile, e.getMessage());
    }
  }

  /** Cuts batches into groups; the rows of a group stand together in one batch. */
  private static <R> List<List<R>> groups(
      final List<List<R>> batches, final ToLongFunction<R> groupOf) {
    final List<List<R>> groups = new ArrayList<>();
    batches.forEach(batch -> groups.addAll(PackedBatches.cut(batch, groupOf)));
    return groups;
  }

  /**
   * Reads a flat segment.
   *
   * @param name of the segment.
   * @return the rows of each group in order.
   * @throws SegmentFormatException if the file is damaged or has another version.
   * @throws StorageException if the file cannot be read.
   */
  public List<List<FlatRow>> flat(final String name) {
    return groups(
        batches(folder.resolve(SegmentFiles.flat(name)), RowReader::flat),
        row -> row.path().group());
  }

  /**
   * Checks a segment against what was noted when it was sealed.
   *
   * @param seal of the segment.
   * @throws SegmentFormatException if a file is missing or differs in size or digest.
   * @throws StorageException if a file cannot be read.
   */
  public void check(final SegmentSeal seal) {
    for (final SegmentSeal.SealedFile sealed : seal.files()) {
      final Path file = folder.resolve(sealed.file());
      try {
        final SealedBytes found = DurableFile.digest(file);
        if (!found.equals(sealed.content())) {
          throw new SegmentFormatException(
              file,
              "differs from its seal: found "
                  + found
                  + " instead of "
                  + sealed.content()
                  + "; it must not be trained on");
        }
      } catch (final NoSuchFileException e) {
        throw new SegmentFormatException(file, "is missing although it was sealed", e);
      } catch (final IOException e) {
        throw StorageException.of("read", file, e);
      }
    }
  }

  private static <R> List<List<R>> batches(
      final Path file, final BiFunction<ColumnReader, Integer, R> row) {
    return read(
        file,
        reader -> {
          metadata(reader);
          final List<List<R>> batches = new ArrayList<>();
          while (reader.loadNextBatch()) {
            checkOffsets(reader.getVectorSchemaRoot());
            final ColumnReader columns = new ColumnReader(reader.getVectorSchemaRoot());
            final List<R> rows = new ArrayList<>();
            for (int i = 0; i < columns.rows(); i++) {
              rows.add(row.apply(columns, i));
            }
            batches.add(rows);
          }
          return batches;
        });
  }

  /** Looks at every offset before it is followed; Arrow's own check does not know maps. */
  private static void checkOffsets(final VectorSchemaRoot root) {
    for (final FieldVector vector : root.getFieldVectors()) {
      if (vector instanceof MapVector map) {
        int last = 0;
        for (int row = 0; row < root.getRowCount(); row++) {
          final int start = map.getElementStartIndex(row);
          final int end = map.getElementEndIndex(row);
          if (start < last || end < start || end > map.getDataVector().getValueCount()) {
            throw new IllegalArgumentException("has a broken offset in " + vector.getName());
          }
          last = end;
        }
        ValueVectorUtility.validateFull(map.getDataVector());
      } else {
        ValueVectorUtility.validateFull(vector);
      }
    }
  }

  private static Map<String, String> metadata(final ArrowFileReader reader) throws IOException {
    final Map<String, String> metadata =
        reader.getVectorSchemaRoot().getSchema().getCustomMetadata();
    SegmentSchemas.knowsDraws(metadata);
    return metadata;
  }

  private static <R> R read(final Path file, final Body<R> body) {
    try (SeekableByteChannel channel = Files.newByteChannel(file);
        BufferAllocator allocator = new RootAllocator(memoryLimit(channel.size()));
        ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
      return body.read(reader);
    } catch (final InvalidArrowFileException e) {
      throw new SegmentFormatException(file, "is not a whole Arrow file: " + e.getMessage(), e);
    } catch (final IOException e) {
      throw StorageException.of("read", file, e);
    } catch (final RuntimeException e) {
      // Arrow trusts lengths and types in a file; damaged ones surface as any of its exceptions.
      throw new SegmentFormatException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** A damaged length must not make us ask for more memory than the file can fill. */
  private static long memoryLimit(final long fileBytes) {
    return 4 * fileBytes + 16 * 1024 * 1024;
  }

  /** Reads something from an open file. */
  @FunctionalInterface
  private interface Body<R> {
    R read(ArrowFileReader reader) throws IOException;
  }
}
