/**
 * Where the results of tools come from and what writes conversations, as configured.
 *
 * <p>Read in this order: {@link dev.coppice.app.world.WorldModes}, {@link
 * dev.coppice.app.world.ModelImagination}, {@link dev.coppice.app.world.ChatForms}.
 */
package dev.coppice.app.world;
