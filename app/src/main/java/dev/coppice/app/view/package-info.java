/**
 * What people see of a run: progress, the table, the page.
 *
 * <p>Read in this order: {@link dev.coppice.app.view.TerminalProgress}, {@link
 * dev.coppice.app.view.ReportTable}, {@link dev.coppice.app.view.HtmlReport}.
 */
package dev.coppice.app.view;
