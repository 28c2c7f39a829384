/**
 * Trains the shipped policy and says what it can do: the place where tasks and trainer meet.
 *
 * <p>Read in this order: {@link dev.coppice.app.pretrain.PretrainOptions}, {@link
 * dev.coppice.app.pretrain.PretrainJob}, {@link dev.coppice.app.pretrain.PolicyEvaluation}.
 */
package dev.coppice.app.pretrain;
