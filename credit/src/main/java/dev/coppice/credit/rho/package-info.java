/**
 * Measures how alike samples of one trunk are, and so how many independent ones they are worth.
 *
 * <p>Read in this order: {@link dev.coppice.credit.rho.TreeMoments}, {@link
 * dev.coppice.credit.rho.TaskMoments}, {@link dev.coppice.credit.rho.EffectiveSize}.
 */
package dev.coppice.credit.rho;
