/**
 * Serves agents over HTTP: access, routes, and the calls by which rollouts are scored and forked.
 *
 * <p>Read in this order: {@link dev.coppice.proxy.server.ProxyServer}, {@link
 * dev.coppice.proxy.server.Routes}, {@link dev.coppice.proxy.server.RolloutCalls}.
 */
package dev.coppice.proxy.server;
