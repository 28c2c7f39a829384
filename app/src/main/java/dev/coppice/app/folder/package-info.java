/**
 * The run folder: which files a run leaves, and how they are read back, whole or torn.
 *
 * <pre>
 *  runs/20260102-030405-drawers-1f3a/
 *    config.resolved.toml   every key as it was used
 *    traces.jsonl           one line per tree, all trees of a group in one write   (the truth)
 *    trajectories/*.arrow   the same groups for a trainer, immutable
 *    journal.log            every input of the engine (RunJournalDescriptor)
 *    ledger.json            engine counters and the conservation laws
 *    report.json            figures, re-derived from the traces
 *    latency.hgrm           histograms
 *    run.log                what happened, for people
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.app.folder.RunFolder}, {@link
 * dev.coppice.app.folder.StoredGroup}, {@link dev.coppice.app.folder.GroupScan}, {@link
 * dev.coppice.app.folder.RunState}.
 */
package dev.coppice.app.folder;
