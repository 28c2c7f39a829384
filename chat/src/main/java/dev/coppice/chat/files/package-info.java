/**
 * The JSON files of a model folder, and what is said of one that cannot be used.
 *
 * <p>Read in this order: {@link dev.coppice.chat.files.JsonFiles}, {@link
 * dev.coppice.chat.files.ModelFileException}.
 */
package dev.coppice.chat.files;
