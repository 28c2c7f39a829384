/**
 * Lets scores come from more than one episode's state: a model that judges, functions that see a whole group.
 *
 * <p>A world that needs one of them says so in its {@code Taskset}.
 */
package dev.coppice.environments.score;
