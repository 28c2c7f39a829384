package dev.coppice.bridge.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Stands for one open file that grows at its end.
 *
 * @thread one; calls are not synchronised.
 */
public interface DiskFile extends Closeable {
  /**
   * Appends bytes with one system call, which may take fewer than offered.
   *
   * @param source of the bytes; its position moves by the number written.
   * @return the number of bytes written.
   * @throws IOException if the disk is full or broken; some bytes may have been written.
   */
  int write(ByteBuffer source) throws IOException;

  /**
   * Reads bytes from a place in the file; the write position does not move.
   *
   * @param target of the bytes.
   * @param position of the first byte, in bytes from the start of the file.
   * @return the number of bytes read, or -1 at the end of the file.
   * @throws IOException if the disk is broken.
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Returns the size of the file.
   *
   * @return the size in bytes.
   * @throws IOException if the disk is broken.
   */
  long size() throws IOException;

  /**
   * Cuts the file and moves the write position to its new end.
   *
   * @param size to keep, in bytes.
   * @throws IOException if the disk is broken.
   */
  void truncate(long size) throws IOException;

  /**
   * Makes everything written so far durable.
   *
   * @throws IOException if the disk cannot promise it; the call must then never be repeated, since
   *     the kernel may have dropped the pages it failed to write.
   */
  void force() throws IOException;

  /**
   * Keeps other writers out until the file is closed.
   *
   * @return false if another process or another part of this one holds the file.
   * @throws IOException if the file system has no locks.
   */
  boolean lock() throws IOException;
}
