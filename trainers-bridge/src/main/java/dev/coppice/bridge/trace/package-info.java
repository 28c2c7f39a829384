/**
 * The trace file: one line of JSON per tree, format {@code coppice.trace/2}; {@code coppice.trace/1},
 * in which every node is one draw, is read as well.
 *
 * <p>Writing what was read gives the same bytes: numbers keep their shortest form that reads back
 * to the same value, and fields stand in one fixed order. Unknown fields are skipped on reading.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.trace.Trace}, {@link
 * dev.coppice.bridge.trace.CreditBlock}, {@link dev.coppice.bridge.trace.TraceWriter}, {@link
 * dev.coppice.bridge.trace.TraceReader}, {@link dev.coppice.bridge.trace.TraceFile}.
 */
package dev.coppice.bridge.trace;
