package dev.coppice.bridge.segment;

import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreeExpander;
import dev.coppice.bridge.wire.WireHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Fills the batches of a stream from tree-packed segments with one batch per file.
 *
 * <p>All groups of a segment are shown as they lie in the file, mapped and not copied. Some of them,
 * and the flat form, are put together from rows, which costs a copy.
 *
 * @thread any; a batch is filled by one.
 */
public final class SegmentSource {
  /** The first bytes of a message: a mark of four bytes and the length of the metadata. */
  private static final int MESSAGE_PREFIX_BYTES = 8;

  private final Path folder;
  private final WireHeader header;
  private final ArrowSegmentReader reader;

  /**
   * Names the folder to read.
   *
   * @param folder of the segments.
   * @param header of every stream.
   */
  public SegmentSource(final Path folder, final WireHeader header) {
    this.folder = folder;
    this.header = header;
    this.reader = new ArrowSegmentReader(folder);
  }

  /**
   * Returns the schema of a stream.
   *
   * @param form of the stream.
   * @return the schema of {@code nodes} for tree-packed streams, else that of the flat rows.
   */
  public Schema schema(final SegmentForm form) {
    return form == SegmentForm.FLAT ? SegmentSchemas.flat(header) : SegmentSchemas.nodes(header);
  }

  /**
   * Returns what every stream says of itself.
   *
   * @return the metadata of the schemas, without the name of the table.
   */
  public Map<String, String> metadata() {
    final Map<String, String> metadata =
        new LinkedHashMap<>(SegmentSchemas.nodes(header).getCustomMetadata());
    metadata.remove("table");
    return metadata;
  }

  /**
   * Deletes a segment that nobody needs any more.
   *
   * @param name of the segment; nothing happens if it is gone.
   */
  public void delete(final String name) {
    for (final String file : files(name)) {
      try {
        Files.deleteIfExists(folder.resolve(file));
      } catch (final IOException e) {
        throw StorageException.of("delete", folder.resolve(file), e);
      }
    }
  }

  /**
   * Moves a segment that must not be trained on to the folder {@code quarantine} beside its own.
   *
   * @param seal of the segment; nothing happens if it is gone.
   */
  public void setAside(final SegmentSeal seal) {
    final Path aside = folder.resolveSibling("quarantine");
    for (final String file : files(seal.name())) {
      try {
        Files.createDirectories(aside);
        if (Files.exists(folder.resolve(file))) {
          Files.move(
              folder.resolve(file), aside.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
      } catch (final IOException e) {
        throw StorageException.of("set aside", folder.resolve(file), e);
      }
    }
  }

  private static List<String> files(final String name) {
    return List.of(SegmentFiles.leaves(name), SegmentFiles.nodes(name), SegmentFiles.flat(name));
  }

  /**
   * Checks every byte of a segment against its seal.
   *
   * @param seal of the segment.
   * @throws SegmentFormatException if a file is missing or differs.
   */
  public void check(final SegmentSeal seal) {
    reader.check(seal);
  }

  /**
   * Shows the nodes of a whole segment.
   *
   * @param seal of the segment.
   * @param into the batch to fill; it holds the mapping until it is cleared.
   * @param allocator that counts the mapping.
   */
  public void mapNodes(
      final SegmentSeal seal, final VectorSchemaRoot into, final BufferAllocator allocator) {
    final Path file = folder.resolve(SegmentFiles.nodes(seal.name()));
    final ArrowBlock block = onlyBlock(file, allocator);
    final ArrowBuf whole = MappedFile.map(file, allocator);
    final ArrowBuf metadata =
        whole.slice(
            block.getOffset() + MESSAGE_PREFIX_BYTES,
            block.getMetadataLength() - MESSAGE_PREFIX_BYTES);
    final Message message = Message.getRootAsMessage(metadata.nioBuffer().asReadOnlyBuffer());
    final RecordBatch rows = (RecordBatch) message.header(new RecordBatch());
    final ArrowBuf body =
        whole.slice(block.getOffset() + block.getMetadataLength(), block.getBodyLength());
    // The batch takes over the reference that the mapping was made with.
    try (ArrowRecordBatch batch = MessageSerializer.deserializeRecordBatch(rows, body)) {
      new VectorLoader(into).load(batch);
    } catch (final IOException e) {
      throw StorageException.of("read", file, e);
    }
  }

  private static ArrowBlock onlyBlock(final Path file, final BufferAllocator allocator) {
    try (FileChannel channel = FileChannel.open(file);
        ArrowFileReader arrow = new ArrowFileReader(channel, allocator)) {
      final List<ArrowBlock> blocks = arrow.getRecordBlocks();
      if (blocks.size() != 1) {
        throw new SegmentFormatException(file, "has " + blocks.size() + " batches instead of one");
      }
      return blocks.getFirst();
    } catch (final IOException e) {
      throw StorageException.of("read", file, e);
    }
  }

  /**
   * Reads some groups of a segment.
   *
   * @param seal of the segment.
   * @param groups the numbers of the groups.
   * @return the groups in the segment's order.
   */
  public List<PackedGroup> read(final SegmentSeal seal, final List<Long> groups) {
    final Set<Long> wanted = new HashSet<>(groups);
    final List<PackedGroup> found = new ArrayList<>();
    for (final PackedGroup group : reader.packed(seal.name())) {
      if (wanted.contains(group.nodes().getFirst().group())) {
        found.add(group);
      }
    }
    return found;
  }

  /**
   * Puts the nodes of groups into a batch.
   *
   * @param groups to put.
   * @param into the batch to fill.
   */
  public void putNodes(final List<PackedGroup> groups, final VectorSchemaRoot into) {
    into.clear();
    final ColumnWriter columns = new ColumnWriter(into);
    int row = 0;
    for (final PackedGroup group : groups) {
      for (final NodeRow node : group.nodes()) {
        RowWriter.putNode(columns, row++, node);
      }
    }
    columns.finish(row);
  }

  /**
   * Puts the paths of groups into a batch.
   *
   * @param groups to expand.
   * @param into the batch to fill.
   */
  public void putFlat(final List<PackedGroup> groups, final VectorSchemaRoot into) {
    into.clear();
    final ColumnWriter columns = new ColumnWriter(into);
    int row = 0;
    for (final PackedGroup group : groups) {
      for (final FlatRow flat : TreeExpander.expand(group)) {
        RowWriter.putFlat(columns, row++, flat);
      }
    }
    columns.finish(row);
  }

  /**
   * Writes the leaves of groups as an Arrow IPC stream of one batch.
   *
   * @param groups whose leaves are written.
   * @param allocator of the batch.
   * @return the stream.
   */
  public byte[] leaves(final List<PackedGroup> groups, final BufferAllocator allocator) {
    try (VectorSchemaRoot root =
        VectorSchemaRoot.create(SegmentSchemas.leaves(header), allocator)) {
      final ColumnWriter columns = new ColumnWriter(root);
      int row = 0;
      for (final PackedGroup group : groups) {
        for (final LeafRow leaf : group.leaves()) {
          RowWriter.putLeaf(columns, row++, leaf);
        }
      }
      columns.finish(row);
      return stream(root);
    }
  }

  /**
   * Writes the leaves of a whole segment as an Arrow IPC stream of one batch.
   *
   * @param seal of the segment.
   * @param allocator of the batch.
   * @return the stream.
   */
  public byte[] leaves(final SegmentSeal seal, final BufferAllocator allocator) {
    final Path file = folder.resolve(SegmentFiles.leaves(seal.name()));
    try (FileChannel channel = FileChannel.open(file);
        ArrowFileReader arrow = new ArrowFileReader(channel, allocator)) {
      if (!arrow.loadNextBatch()) {
        throw new SegmentFormatException(file, "has no batch");
      }
      return stream(arrow.getVectorSchemaRoot());
    } catch (final IOException e) {
      throw StorageException.of("read", file, e);
    }
  }

  private static byte[] stream(final VectorSchemaRoot root) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(bytes))) {
      writer.start();
      writer.writeBatch();
      writer.end();
    } catch (final IOException e) {
      throw new IllegalStateException("leaves could not be written to memory", e);
    }
    return bytes.toByteArray();
  }
}
