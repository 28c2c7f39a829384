/**
 * What servers are asked besides tokens: what they are, how busy, what they counted, new weights.
 *
 * <p>Read in this order: {@link dev.coppice.remote.control.ServerControl}, {@link
 * dev.coppice.remote.control.ServerFacts}, {@link dev.coppice.remote.control.ServerLoad}, then one of
 * the kinds.
 */
package dev.coppice.remote.control;
