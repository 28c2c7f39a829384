/**
 * Checks arguments and answers of tools against their JSON schemas.
 *
 * <p>Read in this order: {@link dev.coppice.environments.schema.ToolSchema}, {@code Misfit}, {@link
 * dev.coppice.environments.schema.ToolSchemaException}.
 */
package dev.coppice.environments.schema;
