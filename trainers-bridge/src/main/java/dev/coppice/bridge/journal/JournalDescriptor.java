package dev.coppice.bridge.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Describes the layout of a journal file, so that its bytes can be checked without this code.
 *
 * <p>All numbers are little-endian; every frame starts at a multiple of 8 bytes.
 *
 * <pre>
 *   file header, 32 bytes
 *   0                               8               12              16
 *   +-------------------------------+---------------+---------------+
 *   |  magic "COPPJRNL"             | version = 2   | content vers. |
 *   +-------------------------------+---------------+---------------+
 *   |  content name, ASCII          | CRC32C of 0-23| 0             |
 *   +-------------------------------+---------------+---------------+
 *   16                              24              28              32
 *
 *   frame, 24 + length bytes, padded with zeros to a multiple of 8
 *   0               4               8                               16
 *   +---------------+---------------+-------------------------------+
 *   |  length       |  type         |  durable position             |
 *   +---------------+---------------+-------------------------------+
 *   |  payload CRC  |  header CRC   |  payload ...                  |
 *   +---------------+---------------+-------------------------------+
 *   16              20              24
 * </pre>
 *
 * <ul>
 *   <li><b>version</b> of this layout of header and frames. Version 1 had a header of 16 bytes that
 *       named no content; such files are refused.
 *   <li><b>content name</b> and <b>content version</b>: what the payloads hold and in which layout,
 *       see {@link JournalContent}; the name is padded with zeros.
 *   <li><b>length</b> of the payload in bytes, 0 to {@link #MAX_PAYLOAD_BYTES}.
 *   <li><b>type</b> given by the writer, 1 or more; 0 is a mark of the journal itself, which has no
 *       payload and is never shown to a reader.
 *   <li><b>durable position</b>: everything below it was forced to the disk before this frame was
 *       written. Damage below it is corruption; damage above it, up to the end, is a torn tail.
 *   <li><b>payload CRC</b>: CRC32C of the payload.
 *   <li><b>header CRC</b>: CRC32C of bytes 0 to 19 of the frame, then of the frame's own position in
 *       the file as 8 bytes, so that a frame that strayed elsewhere is not believed.
 * </ul>
 */
public final class JournalDescriptor {
  /** The version this build reads and writes. */
  public static final int FORMAT_VERSION = 2;

  /** The size of the file header in bytes. */
  public static final int FILE_HEADER_BYTES = 32;

  /** The size of a frame's header in bytes. */
  public static final int FRAME_HEADER_BYTES = 24;

  /** The largest payload in bytes. */
  public static final int MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

  /** Frames start at multiples of this many bytes. */
  public static final int ALIGNMENT_BYTES = 8;

  static final int MARK_TYPE = 0;
  static final int LENGTH_AT = 0;
  static final int TYPE_AT = 4;
  static final int DURABLE_AT = 8;
  static final int PAYLOAD_CRC_AT = 16;
  static final int HEADER_CRC_AT = 20;

  private static final byte[] MAGIC = {'C', 'O', 'P', 'P', 'J', 'R', 'N', 'L'};
  private static final int VERSION_AT = 8;
  private static final int CONTENT_VERSION_AT = 12;
  private static final int CONTENT_NAME_AT = 16;
  private static final int FILE_CRC_AT = 24;

  /** The header of version 1, which ended with its checksum. */
  private static final int OLD_FILE_CRC_AT = 12;

  private static final int OLD_FILE_HEADER_BYTES = 16;

  private JournalDescriptor() {}

  /**
   * Computes the space a frame takes.
   *
   * @param payloadBytes the length of the payload in bytes.
   * @return the length of the whole frame in bytes, padding included.
   */
  public static int frameBytes(final int payloadBytes) {
    return FRAME_HEADER_BYTES + (payloadBytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * 8;
  }

  /** Makes the header of a new file. */
  static ByteBuffer fileHeader(final JournalContent content) {
    final ByteBuffer header =
        ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
    header.putInt(VERSION_AT, FORMAT_VERSION);
    header.putInt(CONTENT_VERSION_AT, content.version());
    header.put(CONTENT_NAME_AT, content.name().getBytes(StandardCharsets.US_ASCII));
    header.putInt(FILE_CRC_AT, crc(header.array(), 0, FILE_CRC_AT));
    return header.position(0);
  }

  /**
   * Says what is wrong with a file header.
   *
   * @param path of the file.
   * @param header the first bytes of the file, at most {@link #FILE_HEADER_BYTES}.
   * @param content that is asked for.
   * @return null if it is good.
   * @throws JournalVersionException if it is good and of another version.
   */
  static String fileHeaderFault(
      final Path path, final ByteBuffer header, final JournalContent content) {
    final byte[] bytes = header.array();
    final int size = header.limit();
    if (size >= MAGIC.length && !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return "is not a journal: its first bytes are not COPPJRNL";
    }
    if (size >= OLD_FILE_HEADER_BYTES
        && header.getInt(VERSION_AT) == 1
        && header.getInt(OLD_FILE_CRC_AT) == crc(bytes, 0, OLD_FILE_CRC_AT)) {
      throw new JournalVersionException(path, "format", 1, FORMAT_VERSION);
    }
    if (size < FILE_HEADER_BYTES) {
      return "is shorter than a journal's header";
    }
    if (header.getInt(FILE_CRC_AT) != crc(bytes, 0, FILE_CRC_AT)) {
      return "has a damaged header: the checksum of its first 24 bytes does not fit";
    }
    final int version = header.getInt(VERSION_AT);
    if (version != FORMAT_VERSION) {
      throw new JournalVersionException(path, "format", version, FORMAT_VERSION);
    }
    return contentFault(path, header, content);
  }

  private static String contentFault(
      final Path path, final ByteBuffer header, final JournalContent content) {
    final String name =
        new String(
                header.array(),
                CONTENT_NAME_AT,
                JournalContent.MAX_NAME_BYTES,
                StandardCharsets.US_ASCII)
            .trim();
    if (!name.equals(content.name())) {
      return "holds " + name + " where " + content.name() + " is asked for; name another file";
    }
    final int version = header.getInt(CONTENT_VERSION_AT);
    if (version != content.version()) {
      throw new JournalVersionException(path, name, version, content.version());
    }
    return null;
  }

  /** Fills in a frame header; the payload already follows it, and the padding. */
  static void putFrameHeader(
      final ByteBuffer buffer,
      final int at,
      final int length,
      final int type,
      final long durable,
      final long position) {
    buffer.putInt(at + LENGTH_AT, length);
    buffer.putInt(at + TYPE_AT, type);
    buffer.putLong(at + DURABLE_AT, durable);
    buffer.putInt(at + PAYLOAD_CRC_AT, payloadCrc(buffer, at, length));
    buffer.putInt(at + HEADER_CRC_AT, headerCrc(buffer, at, position));
  }

  /** Returns whether a whole, believable frame header stands in a buffer. */
  static boolean isFrameHeader(final ByteBuffer buffer, final int at, final long position) {
    final int length = buffer.getInt(at + LENGTH_AT);
    final int type = buffer.getInt(at + TYPE_AT);
    return length >= 0
        && length <= MAX_PAYLOAD_BYTES
        && type >= MARK_TYPE
        && buffer.getInt(at + HEADER_CRC_AT) == headerCrc(buffer, at, position);
  }

  /** Returns whether payload and padding behind a good header are intact. */
  static boolean isPayload(final ByteBuffer buffer, final int at, final int length) {
    final int end = at + frameBytes(length);
    for (int i = at + FRAME_HEADER_BYTES + length; i < end; i++) {
      if (buffer.get(i) != 0) {
        return false;
      }
    }
    return buffer.getInt(at + PAYLOAD_CRC_AT) == payloadCrc(buffer, at, length);
  }

  private static int payloadCrc(final ByteBuffer buffer, final int at, final int length) {
    final CRC32C crc = new CRC32C();
    crc.update(buffer.slice(at + FRAME_HEADER_BYTES, length));
    return (int) crc.getValue();
  }

  private static int headerCrc(final ByteBuffer buffer, final int at, final long position) {
    final CRC32C crc = new CRC32C();
    crc.update(buffer.slice(at, HEADER_CRC_AT));
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      crc.update((int) (position >>> shift) & 0xff);
    }
    return (int) crc.getValue();
  }

  private static int crc(final byte[] bytes, final int offset, final int length) {
    final CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
