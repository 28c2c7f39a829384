/**
 * The command that checks the contract of a tool world.
 *
 * <p>Read in this order: {@link dev.coppice.app.check.CheckCommand}.
 */
package dev.coppice.app.check;
