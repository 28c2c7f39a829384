/**
 * Speaks Anthropic's protocol: messages, and the count of their tokens.
 *
 * @see <a href="https://docs.anthropic.com/en/api/messages">Anthropic's reference</a>
 */
package dev.coppice.proxy.anthropic;
