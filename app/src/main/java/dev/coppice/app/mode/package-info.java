/**
 * Where the results of tools come from and what writes conversations, as configured.
 *
 * <p>Read in this order: {@link dev.coppice.app.mode.WorldModes}, {@link
 * dev.coppice.app.mode.ModelSimulator}, {@link dev.coppice.app.mode.ChatForms}.
 */
package dev.coppice.app.mode;
