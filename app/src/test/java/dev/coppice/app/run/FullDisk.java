package dev.coppice.app.run;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk with room for so many bytes and no more. */
public final class FullDisk implements Disk {
  private volatile long left;

  /** Makes a disk with so much room. */
  public FullDisk(final long bytes) {
    left = bytes;
  }

  /** Makes room or takes it away. */
  public void setRoom(final long bytes) {
    left = bytes;
  }

  @Override
  public DiskFile create(final Path path) throws IOException {
    return new Limited(LOCAL.create(path));
  }

  @Override
  public DiskFile open(final Path path) throws IOException {
    return new Limited(LOCAL.open(path));
  }

  @Override
  public DiskFile openToRead(final Path path) throws IOException {
    return LOCAL.openToRead(path);
  }

  @Override
  public void rename(final Path from, final Path to) throws IOException {
    LOCAL.rename(from, to);
  }

  @Override
  public void forceFolder(final Path folder) throws IOException {
    LOCAL.forceFolder(folder);
  }

  @Override
  public void delete(final Path path) throws IOException {
    LOCAL.delete(path);
  }

  private final class Limited implements DiskFile {
    private final DiskFile file;

    private Limited(final DiskFile file) {
      this.file = file;
    }

    @Override
    public int write(final ByteBuffer source) throws IOException {
      if (left == 0) {
        throw new IOException("No space left on device");
      }
      final ByteBuffer part = source.slice();
      part.limit((int) Math.min(left, part.remaining()));
      final int written = file.write(part);
      left -= written;
      source.position(source.position() + written);
      return written;
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(final long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force() throws IOException {
      file.force();
    }

    @Override
    public boolean lock() throws IOException {
      return file.lock();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
