/**
 * Worlds of stateful tools: one interface, and what lets the engine run any of them.
 *
 * <p>A {@link dev.coppice.environments.world.Taskset} offers tasks and opens instances of its {@link
 * dev.coppice.environments.world.ToolWorld}; an instance is the state along one branch.
 *
 * <p>Read in this order: {@link dev.coppice.environments.world.ToolWorld}, {@link
 * dev.coppice.environments.world.ToolSpec}, {@link dev.coppice.environments.world.ToolRequest},
 * {@link dev.coppice.environments.world.ToolResult}, {@link
 * dev.coppice.environments.world.Taskset}, {@link
 * dev.coppice.environments.world.WorldEpisode}, {@link
 * dev.coppice.environments.world.MethodWorld}, {@link
 * dev.coppice.environments.world.ToolboxWorld}.
 */
package dev.coppice.environments.world;
