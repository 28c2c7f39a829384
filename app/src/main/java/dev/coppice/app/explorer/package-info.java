/**
 * The explorer: a page on this machine that shows run folders as they are and as they grow.
 *
 * <pre>
 *   browser --- GET /, /page/..., /lib/... --> PageFiles      what is on the class path
 *           --- GET /api/... ----------------> ExplorerApi    documents of package shown
 *           --- GET /events -----------------> ExplorerServer a line for every change
 *                                                  ^ RunCatalog, on a thread of its own
 * </pre>
 *
 * <p>Read {@link dev.coppice.app.explorer.ViewCommand}, then {@code ExplorerServer} and {@code
 * ExplorerApi}; package {@code index} knows run folders, {@code shown} makes the documents.
 */
package dev.coppice.app.explorer;
