/**
 * Measures the estimators of credit.
 *
 * <p>Read in this order: {@link dev.coppice.bench.credit.CreditBenchmark}.
 */
package dev.coppice.bench.credit;
