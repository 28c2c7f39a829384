/**
 * The {@code retail} world: the customer service of tau2-bench over its database, changed by copying
 * only what a call touches.
 *
 * <p>Read in this order: {@link dev.coppice.environments.retail.RetailTaskset}, {@link
 * dev.coppice.environments.retail.Store}, {@link dev.coppice.environments.retail.Order}.
 */
package dev.coppice.environments.retail;
