/**
 * Finds out by trying what a server does, before anything is sampled from it.
 *
 * <p>Read in this order: {@link dev.coppice.remote.probe.Connection}, {@link
 * dev.coppice.remote.probe.ServerProbe}, {@link dev.coppice.remote.probe.ProbeCheck}.
 */
package dev.coppice.remote.probe;
