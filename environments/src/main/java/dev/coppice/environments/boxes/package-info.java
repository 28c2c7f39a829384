/**
 * A world of tools in which an agent gathers first and decides late: two boxes, then one line.
 *
 * <p>Read in this order: {@link dev.coppice.environments.boxes.BoxesTaskset}, then the worked examples of
 * {@link dev.coppice.environments.boxes.BoxesPlug}.
 */
package dev.coppice.environments.boxes;
