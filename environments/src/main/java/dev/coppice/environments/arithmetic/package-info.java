/**
 * Holds the arithmetic behind the {@code countdown} and {@code drawers} tasks: exact numbers, the
 * calculator, the exhaustive oracles and the problem generators.
 *
 * <p>Read in this order: {@link dev.coppice.environments.arithmetic.Fraction}, {@link
 * dev.coppice.environments.arithmetic.Calculator}, {@link
 * dev.coppice.environments.arithmetic.CountdownOracle}, {@link
 * dev.coppice.environments.arithmetic.CountdownProblems}, {@link
 * dev.coppice.environments.arithmetic.DrawersProblems}.
 */
package dev.coppice.environments.arithmetic;
