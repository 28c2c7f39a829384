/**
 * The port of the model: what the core asks for, and what a runner answers.
 *
 * <p>Nothing here knows blocks, logits or a library. Read in this order: {@link
 * dev.coppice.model.ModelRunner}, {@link dev.coppice.model.Work}, {@link dev.coppice.model.Quotes},
 * {@link dev.coppice.model.Draws}, {@link dev.coppice.model.Tokenizer}.
 */
package dev.coppice.model;
