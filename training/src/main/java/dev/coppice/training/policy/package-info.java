/**
 * Trains a decoder by policy gradient on trees, each shared token computed once.
 *
 * <pre>
 *   PolicyTree, PolicyTree ... --StripPlan--&gt; strips --TreeForward--&gt; logits --PolicyLoss--&gt; loss
 * </pre>
 *
 * <p>Knows tokens, coefficients and weights; no task, no estimator, no wire. Read in this order:
 * {@link dev.coppice.training.policy.PolicyNode}, {@link dev.coppice.training.policy.PolicyTree}, {@code
 * StripPlan}, {@code TreeForward}, {@code PolicyLoss}, {@link
 * dev.coppice.training.policy.PolicyTrainer}.
 */
package dev.coppice.training.policy;
