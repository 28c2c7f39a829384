/**
 * The command line: one command, one file.
 *
 * <p>Results go to standard output, progress and messages to standard error. Exit status 0: done; 1:
 * the work failed; 2: the call or the configuration is wrong.
 *
 * <p>Read in this order: {@link dev.coppice.app.CoppiceCommand}, {@link dev.coppice.app.RunCommand}, then
 * any other.
 */
package dev.coppice.app;
