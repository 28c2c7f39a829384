/**
 * Worlds of stateful tools: one interface, and what lets the engine run any of them.
 *
 * <p>A {@link dev.coppice.environments.toolworld.Taskset} offers tasks and opens instances of its {@link
 * dev.coppice.environments.toolworld.ToolWorld}; an instance is the state along one branch.
 *
 * <p>Read in this order: {@link dev.coppice.environments.toolworld.ToolWorld}, {@link
 * dev.coppice.environments.toolworld.ToolSpec}, {@link dev.coppice.environments.toolworld.ToolRequest},
 * {@link dev.coppice.environments.toolworld.ToolResult}, {@link
 * dev.coppice.environments.toolworld.Taskset}, {@link
 * dev.coppice.environments.toolworld.WorldEpisode}, {@link
 * dev.coppice.environments.toolworld.MethodWorld}, {@link
 * dev.coppice.environments.toolworld.ToolboxWorld}.
 */
package dev.coppice.environments.toolworld;
