package dev.coppice.remote.control;

/**
 * Says what a server is.
 *
 * @param engine that it runs: {@code vllm}, {@code sglang} or {@code llama-server}.
 * @param version of it.
 * @param model the name it knows its model by.
 * @param contextTokens the largest number of tokens in one sequence.
 * @param blockTokens the least it shares of a prefix: full blocks of so many tokens.
 * @param places the most sequences it computes at a time; 0 where it does not tell.
 */
public record ServerFacts(
    String engine, String version, String model, int contextTokens, int blockTokens, int places) {}
