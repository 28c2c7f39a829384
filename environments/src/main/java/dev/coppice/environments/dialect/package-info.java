/**
 * How models write calls: the dialects of the families, and one that a configuration declares.
 *
 * <p>Read in this order: {@link dev.coppice.environments.dialect.CallDialect}, {@link
 * dev.coppice.environments.dialect.JsonCalls}, {@link dev.coppice.environments.dialect.PythonicCalls}.
 */
package dev.coppice.environments.dialect;
