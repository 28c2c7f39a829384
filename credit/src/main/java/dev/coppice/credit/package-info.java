/**
 * Turns a finished group of trees into an advantage for every sampled token.
 *
 * <p>Pure arithmetic: it imports the trajectory model, the plugs and the JDK. Formulas live in the packages
 * below, one file and one paper each; they see a {@link dev.coppice.credit.forest.Forest} and fill
 * a {@link dev.coppice.credit.forest.CreditSheet}.
 *
 * <p>Read in this order: {@link dev.coppice.credit.AdvantageEstimator}, {@link
 * dev.coppice.credit.EstimatorPlug}, {@link dev.coppice.credit.Estimators}, {@link dev.coppice.credit.GroupAdvantages}.
 */
package dev.coppice.credit;
