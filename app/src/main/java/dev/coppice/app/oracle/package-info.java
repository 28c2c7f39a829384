/**
 * Holds credit against the truth: the solver's values, and those of the policy itself.
 *
 * <p>Read in this order: {@link dev.coppice.app.oracle.CreditCheck}, {@link
 * dev.coppice.app.oracle.NodeStates}, {@link dev.coppice.app.oracle.ContinuationWorld}.
 */
package dev.coppice.app.oracle;
