/**
 * What is said to each kind of server, and how its answers are read.
 *
 * <p>Token ids go out, token ids come in; nothing here waits, retries or counts. Read in this order:
 * {@link dev.coppice.remote.protocol.ServerRequest}, {@link dev.coppice.remote.protocol.ServerAnswer},
 * {@link dev.coppice.remote.protocol.ServerDialect}, then one of its kinds.
 */
package dev.coppice.remote.protocol;
