package dev.coppice.app.folder;

import dev.coppice.bridge.journal.JournalContent;
import dev.coppice.eventlog.EngineJournal;

/**
 * Describes {@code journal.log}, so that its bytes can be checked without this code.
 *
 * <p>The file is a journal ({@link dev.coppice.bridge.journal.JournalDescriptor}) of content {@code
 * EVENTS}:
 *
 * <pre>
 *   type    payload
 *   1000    a session of an arm begins: its name in UTF-8, as long as the payload
 *   1 to 12 an event of the engine, in the order it was applied; docs/FORMATS.md has the layouts
 *
 *   1000 "chain"  1 1 3 4 6 4 7 ...  1000 "tree"  1 1 3 ...  1000 "tree"  2 2 1 3 ...
 *                 one engine                      killed                 resumed: a new engine
 * </pre>
 */
public final class RunJournalDescriptor {
  /** Frames of this type hold the name of the arm whose session begins. */
  public static final int ARM_BEGINS = 1000;

  /** What the journal holds. */
  public static final JournalContent CONTENT =
      new JournalContent("EVENTS", EngineJournal.FORMAT_VERSION);

  private RunJournalDescriptor() {}
}
