/**
 * Holds credit against the truth: the solver's values, those of the policy itself, and the gradient.
 *
 * <p>Read in this order: {@link dev.coppice.bench.creditcheck.CreditCheck}, {@link
 * dev.coppice.bench.creditcheck.NodeStates}, {@link dev.coppice.bench.creditcheck.PolicyValues}, {@link
 * dev.coppice.bench.creditcheck.ContinuationWorld}; then {@link
 * dev.coppice.bench.creditcheck.GradientCheck} and {@link
 * dev.coppice.bench.creditcheck.GradientNoise}.
 */
package dev.coppice.bench.creditcheck;
