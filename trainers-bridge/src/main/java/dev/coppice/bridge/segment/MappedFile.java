package dev.coppice.bridge.segment;

import dev.coppice.bridge.disk.StorageException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;

/**
 * Shows a file as Arrow memory without reading it.
 *
 * @thread any.
 * @cost one mapping; the pages are the kernel's.
 */
final class MappedFile extends ForeignAllocation {
  private final Arena arena;

  private MappedFile(final Arena arena, final MemorySegment memory) {
    super(memory.byteSize(), memory.address());
    this.arena = arena;
  }

  /** Maps a file; it stays mapped until the last reference to the buffer is released. */
  static ArrowBuf map(final Path file, final BufferAllocator allocator) {
    final Arena arena = Arena.ofShared();
    boolean done = false;
    try (FileChannel channel = FileChannel.open(file)) {
      final MemorySegment memory =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      final ArrowBuf buffer = allocator.wrapForeignAllocation(new MappedFile(arena, memory));
      done = true;
      return buffer;
    } catch (final IOException e) {
      throw StorageException.of("map", file, e);
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }

  @Override
  protected void release0() {
    arena.close();
  }
}
