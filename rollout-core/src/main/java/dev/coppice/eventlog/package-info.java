/**
 * The engine's events as bytes, and the run that they replay.
 *
 * <p>Read in this order: {@link dev.coppice.eventlog.EngineJournal}, {@link
 * dev.coppice.eventlog.EventCodec}, {@link dev.coppice.eventlog.JournalReplay}.
 */
package dev.coppice.eventlog;
