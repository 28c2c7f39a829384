/**
 * Measures what a change is worth: paths are forked at a place, and go on with the change and without
 * it, from the same state and with the same random numbers.
 *
 * <pre>
 *   trunk      prompt - turn - turn - turn | turn - ... (grown once, kept)
 *                                     place|
 *   control                                | as it was    x pairs
 *   treatment                              | changed      x pairs, the same numbers
 * </pre>
 *
 * <p>Trunk and sides are runs of their own, each a whole run folder. Read in this order: {@link
 * dev.coppice.app.experiment.ExperimentJob}, {@link dev.coppice.app.experiment.ForkPath}, {@link
 * dev.coppice.app.experiment.Treatment}, {@link dev.coppice.app.experiment.Contrast}.
 */
package dev.coppice.app.experiment;
