/**
 * The {@code stories} world: free text without tools.
 *
 * <p>Read in this order: {@link dev.coppice.environments.stories.StoriesEnvironment}.
 */
package dev.coppice.environments.stories;
