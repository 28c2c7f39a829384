/**
 * The border to the disk: files that are whole or absent, and errors that say what happened.
 *
 * <p>{@link dev.coppice.bridge.disk.Disk} is a seam: the real one is {@code Disk.LOCAL}, tests have
 * one that fills up, tears writes and fails an fsync.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.disk.DurableFile}, {@link
 * dev.coppice.bridge.disk.Disk}, {@link dev.coppice.bridge.disk.StorageException}.
 */
package dev.coppice.bridge.disk;
