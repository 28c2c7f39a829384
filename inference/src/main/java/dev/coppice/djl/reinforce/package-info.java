/**
 * Trains a decoder by policy gradient on trees, each shared token computed once.
 *
 * <pre>
 *   PolicyTree, PolicyTree ... --StripPlan--&gt; strips --TreeForward--&gt; logits --PolicyLoss--&gt; loss
 * </pre>
 *
 * <p>Knows tokens, coefficients and weights; no task, no estimator, no wire. Read in this order:
 * {@link dev.coppice.djl.reinforce.PolicyNode}, {@link dev.coppice.djl.reinforce.PolicyTree}, {@code
 * StripPlan}, {@code TreeForward}, {@code PolicyLoss}, {@link
 * dev.coppice.djl.reinforce.PolicyTrainer}.
 */
package dev.coppice.djl.reinforce;
