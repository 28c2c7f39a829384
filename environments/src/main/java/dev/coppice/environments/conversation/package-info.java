/**
 * Worlds of tools whose prompts and observations a model's chat template writes.
 *
 * <p>Read in this order: {@link dev.coppice.environments.conversation.ChatEnvironment}, {@code ChatEpisode},
 * {@code ToolSchemas}.
 */
package dev.coppice.environments.conversation;
