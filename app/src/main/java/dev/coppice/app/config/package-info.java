/**
 * The configuration of a run: one typed schema, read from TOML files and dotted overrides.
 *
 * <p>Read in this order: {@link dev.coppice.app.config.RunConfig} (every key, its default and what
 * it means), {@link dev.coppice.app.config.ConfigLoader}, {@link
 * dev.coppice.app.config.ConfigText}.
 */
package dev.coppice.app.config;
