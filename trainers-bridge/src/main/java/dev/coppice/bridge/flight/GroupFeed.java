package dev.coppice.bridge.flight;

import dev.coppice.bridge.segment.PackedBatches;
import dev.coppice.bridge.wire.PackedGroup;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;

/**
 * Takes the messages of one stream.
 *
 * @thread one.
 */
public final class GroupFeed implements AutoCloseable {
  private final FlightStream stream;
  private final BufferAllocator memory;

  GroupFeed(final FlightStream stream, final BufferAllocator memory) {
    this.stream = stream;
    this.memory = memory;
  }

  /** Waits until the service has taken the stream; it may have no group to send yet. */
  public void awaitOpen() {
    stream.getSchema();
  }

  /**
   * Waits for the next message.
   *
   * @return false at the end of the stream.
   */
  public boolean next() {
    return stream.next();
  }

  /**
   * Lists the groups of the present message.
   *
   * @return their numbers in order.
   */
  public Set<Long> groupNumbers() {
    final BigIntVector column = (BigIntVector) stream.getRoot().getVector("group");
    final Set<Long> numbers = new LinkedHashSet<>();
    for (int row = 0; row < column.getValueCount(); row++) {
      numbers.add(column.get(row));
    }
    return numbers;
  }

  /**
   * Counts the rows of the present message.
   *
   * @return nodes of a tree-packed stream, paths of a flat one.
   */
  public int rows() {
    return stream.getRoot().getRowCount();
  }

  /**
   * Reads the groups of the present message of a tree-packed stream.
   *
   * @return the groups in order.
   */
  public List<PackedGroup> groups() {
    return PackedBatches.read(stream.getRoot(), metadata(), memory);
  }

  private byte[] metadata() {
    final ArrowBuf buffer = stream.getLatestMetadata();
    final byte[] bytes = new byte[buffer == null ? 0 : (int) buffer.readableBytes()];
    if (buffer != null) {
      buffer.getBytes(buffer.readerIndex(), bytes);
    }
    return bytes;
  }

  /**
   * Measures the present message.
   *
   * @return the size of its columns and its metadata in bytes.
   */
  public long bytes() {
    long bytes = 0;
    for (final FieldVector vector : stream.getRoot().getFieldVectors()) {
      bytes += vector.getBufferSize();
    }
    final ArrowBuf metadata = stream.getLatestMetadata();
    return bytes + (metadata == null ? 0 : metadata.readableBytes());
  }

  /** Cancels the stream if it has not ended. */
  @Override
  public void close() {
    try {
      stream.cancel("the trainer has all it asked for", null);
      stream.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (final Exception e) {
      throw new IllegalStateException("a stream could not be closed: " + e, e);
    }
  }
}
