/**
 * Engines behind servers: vLLM, SGLang and llama-server, by the name of {@code model.engine}.
 *
 * <p>Read in this order: {@link dev.coppice.remote.ServerEngine}, then the packages {@code work},
 * {@code replica}, {@code protocol}, {@code control}, {@code probe}, {@code http}.
 */
package dev.coppice.remote;
