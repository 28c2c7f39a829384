/**
 * Lays a group out in flat arrays and says what a formula reads and fills.
 *
 * <p>Read in this order: {@link dev.coppice.credit.forest.Forest}, {@link
 * dev.coppice.credit.forest.SubtreeValues}, {@link dev.coppice.credit.forest.CreditSheet}, {@link
 * dev.coppice.credit.forest.CreditFormula}.
 */
package dev.coppice.credit.forest;
