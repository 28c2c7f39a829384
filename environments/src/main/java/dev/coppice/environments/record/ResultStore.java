package dev.coppice.environments.record;

import dev.coppice.environments.canonical.StateDigest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Keeps results of real tools in one file, each key once.
 *
 * <p>The file {@code results.log} is only ever appended to; every line carries its checksum and can
 * be read by eye. One process writes at a time. A line that a killed process left half written is
 * cut when the store is next written; any other damage is refused. What was put survives a killed
 * process at once, and a power loss once {@link #force} or {@link #close} returned.
 *
 * @thread any; one at a time inside.
 * @cost about 100 bytes of memory per entry, whatever the size of its value.
 */
public final class ResultStore implements AutoCloseable {
  /** The name of the file in the store's folder. */
  public static final String FILE = "results.log";

  private static final String FORMAT_KEY = "format";
  private static final String FORMAT = "coppice.results/1";
  private static final int UNFORCED_PUTS = 64;

  private static final String LOCK_FILE = "results.lock";

  private final Path file;

  // Not a channel: an interrupt, which is how a late call is cut off, would close it for everyone.
  private final RandomAccessFile bytes;

  private final FileChannel lock;
  private boolean open = true;
  private final Map<String, Place> places = new HashMap<>();
  private long end;
  private int unforced;

  /** Says where a line lies in the file. */
  private record Place(long offset, int length) {}

  private ResultStore(final Path file, final RandomAccessFile bytes, final FileChannel lock) {
    this.file = file;
    this.bytes = bytes;
    this.lock = lock;
  }

  /**
   * Opens a store to write and read; makes it if there is none.
   *
   * @param folder of the store.
   * @return the store.
   * @throws ResultStoreException if another writer has it, or if it is damaged.
   */
  public static ResultStore write(final Path folder) {
    final Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      final FileChannel lock = lock(folder.resolve(LOCK_FILE));
      final ResultStore store =
          new ResultStore(file, new RandomAccessFile(file.toFile(), "rw"), lock);
      store.loadOrClose();
      store.bytes.setLength(store.end);
      if (store.end == 0) {
        store.put(FORMAT_KEY, Map.of("format", FORMAT));
      }
      return store;
    } catch (final IOException e) {
      throw new ResultStoreException("cannot open the store of results: " + file, e);
    }
  }

  /** Takes the lock, which lasts until its channel or the process ends. */
  private static FileChannel lock(final Path path) throws IOException {
    final FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (final OverlappingFileLockException e) {
      // Another run of this process has it; said below.
    }
    channel.close();
    throw new ResultStoreException(
        "another run is writing this store of results: " + path + "; wait for it to end", null);
  }

  /**
   * Opens a store to read.
   *
   * @param folder of the store.
   * @return the store; {@link #put} fails.
   * @throws ResultStoreException if there is none or it is damaged.
   */
  public static ResultStore read(final Path folder) {
    final Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      throw new ResultStoreException(
          "there is no store of results: " + file + "; make one with world.mode = \"record\"",
          null);
    }
    try {
      final ResultStore store =
          new ResultStore(file, new RandomAccessFile(file.toFile(), "r"), null);
      store.loadOrClose();
      return store;
    } catch (final IOException e) {
      throw new ResultStoreException("cannot open the store of results: " + file, e);
    }
  }

  private void loadOrClose() throws IOException {
    try {
      load();
    } catch (final IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void load() throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      final ByteArrayOutputStream line = new ByteArrayOutputStream();
      int number = 1;
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next != '\n') {
          line.write(next);
          continue;
        }
        index(ResultLines.read(line.toByteArray()), line.size(), number++);
        line.reset();
      }
    }
  }

  private void index(final ResultLines.Entry entry, final int length, final int number) {
    if (entry == null) {
      throw new ResultStoreException(
          file + ":" + number + ": damaged; remove this line, and what follows it, to continue",
          null);
    }
    if (number == 1
        && !(entry.key().equals(FORMAT_KEY) && FORMAT.equals(entry.value().get("format")))) {
      throw new ResultStoreException(
          file + " is not a store of results this build reads; it reads " + FORMAT, null);
    }
    places.put(fingerprint(entry.key()), new Place(end, length));
    end += length + 1;
  }

  /** Shortens a key; what is found is compared with the whole key, so nothing wrong is returned. */
  private static String fingerprint(final String key) {
    return StateDigest.of(key);
  }

  /**
   * Finds a value.
   *
   * @param key to look up.
   * @return the value, or null if there is none.
   */
  public synchronized Map<String, Object> get(final String key) {
    final Place place = places.get(fingerprint(key));
    if (place == null) {
      return null;
    }
    final ResultLines.Entry entry = entry(place);
    return entry.key().equals(key) ? entry.value() : null;
  }

  private ResultLines.Entry entry(final Place place) {
    final byte[] line = new byte[place.length()];
    try {
      bytes.seek(place.offset());
      bytes.readFully(line);
    } catch (final IOException e) {
      throw new ResultStoreException("cannot read the store of results: " + file, e);
    }
    final ResultLines.Entry entry = ResultLines.read(line);
    if (entry == null) {
      throw new ResultStoreException(
          file + " was damaged while it was open: offset=" + place.offset(), null);
    }
    return entry;
  }

  /**
   * Keeps a value unless the key has one.
   *
   * @param key of the value.
   * @param value of strings, numbers, booleans, nulls, lists and maps.
   * @return the value the key has now: the first that was put.
   */
  public synchronized Map<String, Object> put(final String key, final Map<String, ?> value) {
    final Map<String, Object> first = get(key);
    if (first != null) {
      return first;
    }
    if (lock == null || !open) {
      throw new ResultStoreException("the store of results is not open to write: " + file, null);
    }
    final byte[] line = ResultLines.line(key, value);
    try {
      bytes.seek(end);
      bytes.write(line);
      places.put(fingerprint(key), new Place(end, line.length - 1));
      end += line.length;
      if (++unforced >= UNFORCED_PUTS) {
        force();
      }
    } catch (final IOException e) {
      throw new ResultStoreException("cannot write the store of results: " + file, e);
    }
    return get(key);
  }

  /** Brings what was put to the disk. */
  public synchronized void force() {
    try {
      if (lock != null && open) {
        bytes.getFD().sync();
        unforced = 0;
      }
    } catch (final IOException e) {
      throw new ResultStoreException("cannot force the store of results: " + file, e);
    }
  }

  /**
   * Lists values in the order they were put.
   *
   * @param wanted of the keys.
   * @param most values to return.
   * @return key and value of each.
   */
  public synchronized List<Map.Entry<String, Map<String, Object>>> find(
      final Predicate<String> wanted, final int most) {
    final List<Place> inOrder = new ArrayList<>(places.values());
    inOrder.sort((one, two) -> Long.compare(one.offset(), two.offset()));
    final List<Map.Entry<String, Map<String, Object>>> found = new ArrayList<>();
    for (int i = 0; i < inOrder.size() && found.size() < most; i++) {
      final ResultLines.Entry entry = entry(inOrder.get(i));
      if (wanted.test(entry.key())) {
        found.add(Map.entry(entry.key(), entry.value()));
      }
    }
    return found;
  }

  /**
   * Counts the entries.
   *
   * @return the number of keys, the one that names the format included.
   */
  public synchronized int size() {
    return places.size();
  }

  /** Forces what was put and lets another writer in. */
  @Override
  public synchronized void close() {
    force();
    open = false;
    try {
      bytes.close();
      if (lock != null) {
        lock.close();
      }
    } catch (final IOException e) {
      throw new ResultStoreException("cannot close the store of results: " + file, e);
    }
  }
}
