/**
 * Measures how alike trajectories of one trunk are, and what that says about branching.
 *
 * <p>Read in this order: {@link dev.coppice.credit.rho.TrunkAnova}, {@link
 * dev.coppice.credit.rho.Continuations}.
 */
package dev.coppice.credit.rho;
