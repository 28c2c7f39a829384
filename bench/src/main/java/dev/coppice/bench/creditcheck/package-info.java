/**
 * Holds credit against the truth: the solver's values, and those of the policy itself.
 *
 * <p>Read in this order: {@link dev.coppice.bench.creditcheck.CreditCheck}, {@link
 * dev.coppice.bench.creditcheck.NodeStates}, {@link dev.coppice.bench.creditcheck.ContinuationWorld}.
 */
package dev.coppice.bench.creditcheck;
