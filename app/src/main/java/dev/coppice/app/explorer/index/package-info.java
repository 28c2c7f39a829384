/**
 * What the explorer knows of run folders: where each group stands in its file, one summary of it, and
 * the text that is searched.
 *
 * <p>Read {@link dev.coppice.app.explorer.index.RunCatalog}, which finds folders and looks for what was
 * added; {@link dev.coppice.app.explorer.index.ExploredRun}, one folder; {@link
 * dev.coppice.app.explorer.index.GroupSource}, its two kinds of files.
 */
package dev.coppice.app.explorer.index;
