/**
 * What anybody may add from outside: a plug has a name, a line of help, options of its own and,
 * in each kind, a maker.
 *
 * <p>A plug is found by {@link java.util.ServiceLoader}; those we ship are found the same way.
 *
 * <p>Read in this order: {@link dev.coppice.plug.Plug}, {@link dev.coppice.plug.PlugOption}, {@link
 * dev.coppice.plug.PlugOptions}, {@link dev.coppice.plug.Plugs}.
 */
package dev.coppice.plug;
