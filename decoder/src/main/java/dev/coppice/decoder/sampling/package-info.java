/** Drawing tokens from logits: temperature, cuts, and the log-probability of what was drawn from. */
package dev.coppice.decoder.sampling;
