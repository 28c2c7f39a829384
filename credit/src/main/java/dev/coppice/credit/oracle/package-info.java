/**
 * Compares estimated advantages with those of an oracle.
 *
 * <p>Read in this order: {@link dev.coppice.credit.oracle.OracleCorrelation}.
 */
package dev.coppice.credit.oracle;
