/**
 * Answers a request of an agent: finds its place in what is recorded, has it sampled, records it.
 *
 * <p>Read in this order: {@link dev.coppice.proxy.answer.Answering}, {@link
 * dev.coppice.proxy.answer.ReplyListener}, {@link dev.coppice.proxy.answer.Placing}.
 */
package dev.coppice.proxy.answer;
