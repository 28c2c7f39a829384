/**
 * What commands have in common: where plugs are found, and how a configuration is given.
 *
 * <p>Read in this order: {@link dev.coppice.app.arguments.PlugPath}, {@link
 * dev.coppice.app.arguments.RunArguments}.
 */
package dev.coppice.app.arguments;
