package dev.coppice.app.config;

/**
 * Limits one trajectory, its turns and what tools may answer.
 *
 * @param newTokens sampled.
 * @param turnTokens of one turn.
 * @param thinkingTokens of one turn.
 * @param calls made.
 * @param observationTokens seen.
 * @param longObservations says what becomes of more.
 * @param callDeadlineMs waited.
 */
public record LimitsSection(
    @Key(value = "Most tokens sampled along one path.", min = 1) int newTokens,
    @Key(value = "Most tokens of one turn, after which the path is cut; 0 for no limit.", min = 0)
        int turnTokens,
    @Key(
            value =
                "Most tokens of thoughts a turn, after which they are closed by force; 0 for no"
                    + " limit.",
            min = 0)
        int thinkingTokens,
    @Key(value = "Most tool calls along one path.", min = 0) int calls,
    @Key(value = "Most tokens of one observation; see long-observations.", min = 1)
        int observationTokens,
    @Key(
            value =
                "A longer observation fails its call, or is cut with a mark: its head stays, its"
                    + " tail, or both without the middle.",
            choices = {"fail", "head", "tail", "middle"})
        String longObservations,
    @Key(
            value =
                "Longest a tool call or a scoring may take, in milliseconds; the beginning of a world ten"
                    + " times that.",
            min = 1)
        int callDeadlineMs) {}
