/**
 * An append-only file of checked frames that survives being killed at any byte.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.journal.JournalDescriptor} for the layout, {@link
 * dev.coppice.bridge.journal.JournalContent} for what the frames hold, {@link
 * dev.coppice.bridge.journal.JournalWriter}, {@link dev.coppice.bridge.journal.JournalReader}.
 */
package dev.coppice.bridge.journal;
