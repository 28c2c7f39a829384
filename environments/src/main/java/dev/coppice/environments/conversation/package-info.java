/**
 * Environments whose prompts a model's chat template writes, and worlds of tools whose observations it
 * writes too.
 *
 * <p>Read in this order: {@link dev.coppice.environments.conversation.ChatEnvironment}, {@link
 * dev.coppice.environments.conversation.InlineEnvironment}, {@code ChatEpisode}.
 */
package dev.coppice.environments.conversation;
