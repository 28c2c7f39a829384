/**
 * The {@code filesystem} world: the file-system API of BFCL's multi-turn tasks over a persistent
 * tree.
 *
 * <p>Read in this order: {@link dev.coppice.environments.filesystem.FilesystemTaskset}, {@link
 * dev.coppice.environments.filesystem.FileSystem}.
 */
package dev.coppice.environments.filesystem;
