/**
 * Speaks OpenAI's protocol: chat completions, completions and models.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference">OpenAI's reference</a>
 */
package dev.coppice.proxy.openai;
