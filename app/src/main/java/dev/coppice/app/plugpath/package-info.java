/**
 * Where a stranger's plugs are found: {@code --classpath} of the commands.
 *
 * <p>Read in this order: {@link dev.coppice.app.plugpath.PlugPath}, {@link
 * dev.coppice.app.plugpath.PlugLoader}.
 */
package dev.coppice.app.plugpath;
