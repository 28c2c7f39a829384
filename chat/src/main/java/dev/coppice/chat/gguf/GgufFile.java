package dev.coppice.chat.gguf;

import dev.coppice.chat.files.ModelFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Reads a GGUF file whose header was checked as a whole before anything is handed out.
 *
 * <pre>
 *   "GGUF" | u32 version | u64 tensors | u64 entries
 *   entries: key, type, value        (metadata)
 *   tensors: name, shape, type, place
 *   padding to the alignment | data, each tensor padded to the alignment
 * </pre>
 *
 * <p>A tensor begins where the one before it ends, as every writer lays it out: a place that was
 * changed is found, whichever bit it was.
 *
 * @thread one at a time; {@link #close()} unmaps the file.
 * @source the GGUF format, versions 2 and 3.
 */
public final class GgufFile implements AutoCloseable {
  private final Path file;
  private final Arena arena;
  private final MemorySegment data;
  private final HeaderParser.Header header;

  private GgufFile(
      final Path file,
      final Arena arena,
      final MemorySegment data,
      final HeaderParser.Header header) {
    this.file = file;
    this.arena = arena;
    this.data = data;
    this.header = header;
  }

  /**
   * Tells a GGUF file from a model folder.
   *
   * @param model file or folder.
   * @return whether it is a file.
   */
  public static boolean is(final Path model) {
    return Files.isRegularFile(model);
  }

  /**
   * Maps a file and checks its header.
   *
   * @param file to read.
   * @return a reader whose every tensor lies inside the file.
   * @throws ModelFileException if the file is missing, damaged, or holds a type that is not read.
   */
  public static GgufFile open(final Path file) {
    final Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      final MemorySegment all =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      final HeaderParser.Header header = new HeaderParser(file, all).parse();
      final MemorySegment data = all.asSlice(Math.min(header.dataBegin(), all.byteSize()));
      return new GgufFile(file, arena, data, header);
    } catch (NoSuchFileException e) {
      arena.close();
      throw new ModelFileException(file, "there is no such file", e);
    } catch (IOException e) {
      arena.close();
      throw new ModelFileException(file, "cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Returns where the file is.
   *
   * @return its path.
   */
  public Path file() {
    return file;
  }

  /**
   * Returns the named values.
   *
   * @return the metadata, usable after closing.
   */
  public GgufMetadata metadata() {
    return header.metadata();
  }

  /**
   * Returns the tensors.
   *
   * @return them by name, in the order of the file.
   */
  public Map<String, GgufTensor> tensors() {
    return header.tensors();
  }

  /**
   * Returns the bytes of a tensor.
   *
   * @param tensor of this file.
   * @return its bytes, valid until the file is closed.
   */
  public MemorySegment bytes(final GgufTensor tensor) {
    return data.asSlice(tensor.begin(), tensor.bytes());
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }
}
