/**
 * Servers that hold the same model: what each has cached, how busy it is, whether it is there.
 *
 * <p>Read in this order: {@link dev.coppice.remote.replica.Replica}, {@link
 * dev.coppice.remote.replica.Replicas}, {@link dev.coppice.remote.replica.KnownPaths}, {@link
 * dev.coppice.remote.replica.SlotTable}.
 */
package dev.coppice.remote.replica;
