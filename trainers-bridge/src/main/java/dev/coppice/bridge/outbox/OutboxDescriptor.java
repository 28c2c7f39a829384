package dev.coppice.bridge.outbox;

import dev.coppice.bridge.journal.JournalContent;

/**
 * Describes the records of {@code bridge.log}, so that its bytes can be checked without this code.
 *
 * <p>The file is a journal ({@link dev.coppice.bridge.journal.JournalDescriptor}) of content {@code
 * OUTBOX}; the type of a frame says which record its payload is. Numbers are little-endian, fields
 * stand in the order given, without padding.
 *
 * <pre>
 *   text             int32 bytes, UTF-8
 *   x[]              int32 count, so many x in a row
 *   file             name text, bytes int64, SHA-256 in hex text
 *   sealed group     group int64, oldest version of its tokens int32
 *   count            reason text, groups int64
 *   open group       group int64, task int32, issued int8 (0 queued, 1 issued)
 *
 *   type             payload
 *   1  submitted     request text, first group int64, cursor int64, task int32[]
 *   2  issued        group int64[]
 *   3  sealed        segment text, file[], sealed group[]
 *   4  offered       group int64[]
 *   5  acknowledged  group int64[]
 *   6  dropped       reason text, group int64[]
 *   7  quarantined   reason text, group int64[]
 *   8  published     version int32, folder text, SHA-256 in hex text
 *   9  snapshot      next group int64, cursor int64, last segment int32, acknowledged int64,
 *                    dropped count[], quarantined count[], open group[]
 *   10 remembered    request text, first group int64, groups int32
 *
 *   example: group 17 is issued, type 2, 12 bytes
 *   01 00 00 00  11 00 00 00 00 00 00 00
 *   count = 1    group = 17
 * </pre>
 *
 * <p>A field or a type more is another {@link #FORMAT_VERSION}. Version 1 stood in journals that
 * named no content, was big-endian, and had snapshots of two types.
 */
final class OutboxDescriptor {
  /** The version of the records this build reads and writes. */
  static final int FORMAT_VERSION = 2;

  static final JournalContent CONTENT = new JournalContent("OUTBOX", FORMAT_VERSION);

  static final int SUBMITTED = 1;
  static final int ISSUED = 2;
  static final int SEALED = 3;
  static final int OFFERED = 4;
  static final int ACKNOWLEDGED = 5;
  static final int DROPPED = 6;
  static final int QUARANTINED = 7;
  static final int PUBLISHED = 8;
  static final int SNAPSHOT = 9;
  static final int REMEMBERED = 10;

  private OutboxDescriptor() {}
}
