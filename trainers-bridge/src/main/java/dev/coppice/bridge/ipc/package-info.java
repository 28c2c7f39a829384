/**
 * Bytes of Arrow IPC messages: what of a batch is compressed, and how a message reaches the
 * transport without a copy.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.ipc.WireCodec}, {@link
 * dev.coppice.bridge.ipc.IpcMessage}, {@link dev.coppice.bridge.ipc.StreamMethod}.
 */
package dev.coppice.bridge.ipc;
