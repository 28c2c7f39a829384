/**
 * Samples what agents ask for, many requests in one batch, on the port of the model.
 *
 * <pre>
 *   request threads --- Ask ---&gt; | commands | --- SamplingLoop (one thread) --- ModelRunner
 *                   &lt;-- TokenSink, a token at a time, called by the loop ---
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.proxy.strand.Ask}, {@link
 * dev.coppice.proxy.strand.TokenSink}, {@link dev.coppice.proxy.strand.SamplingLoop}.
 */
package dev.coppice.proxy.strand;
