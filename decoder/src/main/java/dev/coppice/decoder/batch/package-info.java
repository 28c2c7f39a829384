/**
 * The embedded runner: batches over paged keys and values, behind the port of the model.
 *
 * <pre>
 *   BatchRunner --&gt; BatchPlanner --&gt; Prompts --&gt; Versions --&gt; BatchState --&gt; PrefixCache
 *        |
 *        +--------&gt; InferenceBackend (logits over blocks), Sampler
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.decoder.batch.BatchRunner}, BatchPlanner, {@link
 * dev.coppice.decoder.batch.InferenceBackend}, {@link dev.coppice.decoder.batch.ForwardBatch},
 * Prompts, Versions.
 */
package dev.coppice.decoder.batch;
