/**
 * HTTP to a server of models: one connection pool, answers read as they come.
 *
 * <p>Read in this order: {@link dev.coppice.remote.http.HttpLink}, {@link
 * dev.coppice.remote.http.Exchange}, {@link dev.coppice.remote.http.EventSink}.
 */
package dev.coppice.remote.http;
