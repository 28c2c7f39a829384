/**
 * Runs the recording proxy over a configuration and a run folder.
 *
 * <p>Read in this order: {@link dev.coppice.app.proxy.ProxyJob}, {@link
 * dev.coppice.app.proxy.ProxyGroups}, {@link dev.coppice.app.proxy.ProxyLog}.
 */
package dev.coppice.app.proxy;
