/**
 * What a configuration asks for: tasks, engines, where the results of tools come from and what writes
 * conversations.
 *
 * <p>Read in this order: {@link dev.coppice.app.mode.WorldModes}, {@link
 * dev.coppice.app.mode.ModelSimulator}, {@link dev.coppice.app.mode.ChatForms}, {@link
 * dev.coppice.app.mode.TaskRequests}, {@link dev.coppice.app.mode.EngineConfigs}.
 */
package dev.coppice.app.mode;
