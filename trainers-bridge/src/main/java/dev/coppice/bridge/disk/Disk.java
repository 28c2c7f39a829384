package dev.coppice.bridge.disk;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens, renames and deletes files.
 *
 * @thread any; the files it opens belong to one thread each.
 */
public interface Disk {
  /** The file system of this machine. */
  Disk LOCAL = new LocalDisk();

  /**
   * Creates an empty file.
   *
   * @param path of a file that must not exist.
   * @return the open file.
   * @throws IOException if the file exists or cannot be created.
   */
  DiskFile create(Path path) throws IOException;

  /**
   * Opens a file to read and to append.
   *
   * @param path of a file that must exist.
   * @return the open file, its write position at the end.
   * @throws IOException if the file is missing or cannot be opened.
   */
  DiskFile open(Path path) throws IOException;

  /**
   * Opens a file to read alone.
   *
   * @param path of a file that must exist.
   * @return the open file; it refuses writes.
   * @throws IOException if the file is missing or cannot be opened.
   */
  DiskFile openToRead(Path path) throws IOException;

  /**
   * Renames a file in one step, replacing the target.
   *
   * @param from the present name.
   * @param to the new name, in the same folder.
   * @throws IOException if the file system refuses.
   */
  void rename(Path from, Path to) throws IOException;

  /**
   * Makes the names in a folder durable.
   *
   * @param folder to force.
   * @throws IOException if the file system refuses.
   */
  void forceFolder(Path folder) throws IOException;

  /**
   * Deletes a file if it is there.
   *
   * @param path of the file.
   * @throws IOException if the file system refuses.
   */
  void delete(Path path) throws IOException;
}
