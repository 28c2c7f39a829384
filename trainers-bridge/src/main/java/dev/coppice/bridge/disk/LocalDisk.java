package dev.coppice.bridge.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Works on the file system of this machine. */
final class LocalDisk implements Disk {
  @Override
  public DiskFile create(final Path path) throws IOException {
    return new LocalFile(
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  @Override
  public DiskFile open(final Path path) throws IOException {
    final FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      channel.position(channel.size());
    } catch (final IOException e) {
      channel.close();
      throw e;
    }
    return new LocalFile(channel);
  }

  @Override
  public DiskFile openToRead(final Path path) throws IOException {
    return new LocalFile(FileChannel.open(path, StandardOpenOption.READ));
  }

  @Override
  public void rename(final Path from, final Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void forceFolder(final Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void delete(final Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  private record LocalFile(FileChannel channel) implements DiskFile {
    @Override
    public int write(final ByteBuffer source) throws IOException {
      return channel.write(source);
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void truncate(final long size) throws IOException {
      channel.truncate(size);
      channel.position(size);
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public boolean lock() throws IOException {
      try {
        return channel.tryLock() != null;
      } catch (final OverlappingFileLockException e) {
        return false;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
