/**
 * Where the results of tools come from, as configured.
 *
 * <p>Read in this order: {@link dev.coppice.app.world.WorldModes}, {@link
 * dev.coppice.app.world.ModelImagination}.
 */
package dev.coppice.app.world;
