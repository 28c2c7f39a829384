/**
 * Products of the multiplication table, for a model that answers in one turn.
 *
 * <p>Read in this order: {@link dev.coppice.environments.products.ProductsEnvironment}.
 */
package dev.coppice.environments.products;
