/**
 * What a server is and what Coppice will and will not do with it, for a person.
 *
 * <p>Read in this order: {@link dev.coppice.remote.check.EngineCheck}, {@link
 * dev.coppice.remote.check.TreeBench}.
 */
package dev.coppice.remote.check;
