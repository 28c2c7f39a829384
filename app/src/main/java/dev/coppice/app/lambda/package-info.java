/**
 * Decides batch by batch whether a trainer weighs turns by their share of the variance.
 *
 * <p>Read in this order: {@link dev.coppice.credit.share.LambdaRule}, {@link
 * dev.coppice.app.lambda.TurnWeighing}.
 */
package dev.coppice.app.lambda;
