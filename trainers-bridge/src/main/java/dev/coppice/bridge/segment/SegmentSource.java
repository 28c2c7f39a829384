package dev.coppice.bridge.segment;

import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.ipc.IpcMessage;
import dev.coppice.bridge.ipc.WireCodecs;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreeExpander;
import dev.coppice.bridge.wire.WireHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Makes the messages of a stream from tree-packed segments with one batch per file.
 *
 * <p>All groups of a segment are sent as they lie in the file, mapped and not copied. Some of them,
 * the flat form, and segments of the format before are put together from rows, which costs copies.
 *
 * @thread any.
 */
public final class SegmentSource {
  /** The first bytes of a message: a mark of four bytes and the length of the metadata. */
  private static final int MESSAGE_PREFIX_BYTES = 8;

  /** The first bytes of a file: the mark of the format, padded. */
  private static final int FILE_BEGIN_BYTES = 8;

  /** The last bytes of a file: the length of the footer and the mark of the format. */
  private static final int FILE_END_BYTES = 10;

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
    return form.isFlat() ? SegmentSchemas.flat(header) : SegmentSchemas.nodes(header);
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
   * Shows a whole segment as it lies on the disk.
   *
   * @param seal of the segment.
   * @param allocator that counts the mapping.
   * @return the message; it holds the mapping until it has been sent.
   */
  public IpcMessage wholeSegment(final SegmentSeal seal, final BufferAllocator allocator) {
    if (!reader.knowsDraws(seal.name())) {
      // Its columns are not those of the stream.
      return someGroups(reader.packed(seal.name()), SegmentForm.TREE_PACKED, allocator);
    }
    final byte[] leaves = leaves(seal);
    final Path file = folder.resolve(SegmentFiles.nodes(seal.name()));
    try (ArrowBuf all = MappedFile.map(file, allocator)) {
      final Block block = onlyBlock(file, all);
      final long bodyAt = block.offset() + block.metaDataLength();
      final ByteBuffer header = ByteBuffer.allocate(block.metaDataLength() - MESSAGE_PREFIX_BYTES);
      all.getBytes(block.offset() + MESSAGE_PREFIX_BYTES, header);
      final ArrowBuf body = all.slice(bodyAt, block.bodyLength());
      body.getReferenceManager().retain();
      return new IpcMessage(header.flip(), leaves, body);
    }
  }

  /** Finds the batch of a file that has one; the file's seal was checked. */
  private static Block onlyBlock(final Path file, final ArrowBuf all) {
    final long end = all.capacity() - FILE_END_BYTES;
    final int footerBytes = all.getInt(end);
    final ByteBuffer footer = ByteBuffer.allocate(footerBytes);
    all.getBytes(end - footerBytes, footer);
    final Footer found = Footer.getRootAsFooter(footer.flip());
    if (found.recordBatchesLength() != 1) {
      throw new SegmentFormatException(
          file, "has " + found.recordBatchesLength() + " batches instead of one");
    }
    return found.recordBatches(0);
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
   * Puts groups together from rows.
   *
   * @param groups to put.
   * @param form of the message.
   * @param allocator of the message.
   * @return the message.
   */
  public IpcMessage someGroups(
      final List<PackedGroup> groups, final SegmentForm form, final BufferAllocator allocator) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema(form), allocator)) {
      final ColumnWriter columns = new ColumnWriter(root);
      int row = 0;
      for (final PackedGroup group : groups) {
        if (form.isFlat()) {
          for (final FlatRow flat : flat(group, form)) {
            RowWriter.putFlat(columns, row++, flat);
          }
        } else {
          for (final NodeRow node : group.nodes()) {
            RowWriter.putNode(columns, row++, node);
          }
        }
      }
      columns.finish(row);
      final byte[] metadata = form.isFlat() ? new byte[0] : leaves(groups, allocator);
      return IpcMessage.of(root, metadata, allocator);
    }
  }

  private static List<FlatRow> flat(final PackedGroup group, final SegmentForm form) {
    final List<FlatRow> paths = TreeExpander.expand(group);
    return form == SegmentForm.FLAT_DRAWS ? FlatRow.perDraw(paths) : paths;
  }

  /** Writes the leaves of groups as an Arrow IPC stream of one batch, compressed as a whole. */
  private byte[] leaves(final List<PackedGroup> groups, final BufferAllocator allocator) {
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

  /** Takes the stream out of a file of leaves, which has it between its mark and its footer. */
  private byte[] leaves(final SegmentSeal seal) {
    final Path file = folder.resolve(SegmentFiles.leaves(seal.name()));
    try {
      final byte[] all = Files.readAllBytes(file);
      final int end = all.length - FILE_END_BYTES;
      final int footer = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
      return WireCodecs.pack(Arrays.copyOfRange(all, FILE_BEGIN_BYTES, end - footer));
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
    return WireCodecs.pack(bytes.toByteArray());
  }
}
