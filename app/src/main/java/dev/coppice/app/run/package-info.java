/**
 * Runs what is configured: opens the parts, feeds the engine, keeps every finished group.
 *
 * <pre>
 *   RolloutJob ---- offers ----> RolloutEngine ---- finished groups ----> GroupWriter ---> run folder
 *   (caller's thread)            (engine thread)    bounded queue         (writer thread)
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.app.run.RolloutJob}, {@link
 * dev.coppice.app.run.RunResources}, {@link dev.coppice.app.run.RunProgress}, then GroupWriter.
 */
package dev.coppice.app.run;
