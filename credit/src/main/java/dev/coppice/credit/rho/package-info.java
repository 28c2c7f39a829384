/**
 * Measures how alike trajectories of one trunk are.
 *
 * <p>Read {@link dev.coppice.credit.rho.TrunkAnova}.
 */
package dev.coppice.credit.rho;
