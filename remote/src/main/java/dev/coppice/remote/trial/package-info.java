/**
 * What a server is and what Coppice will and will not do with it, for a person.
 *
 * <p>Read in this order: {@link dev.coppice.remote.trial.EngineCheck}, {@link
 * dev.coppice.remote.trial.TreeBench}.
 */
package dev.coppice.remote.trial;
