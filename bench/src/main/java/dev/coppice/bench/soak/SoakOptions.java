package dev.coppice.bench.soak;

import java.util.List;

/**
 * Says how long and how hard to soak.
 *
 * @param seconds in all.
 * @param roundSeconds after which engine and backend are closed and others opened.
 * @param dutyPercent of the time in which passes may start; the engine is paused for the rest.
 * @param backend that computes.
 * @param seed of weights, draws and choices.
 */
record SoakOptions(long seconds, long roundSeconds, int dutyPercent, Backend backend, long seed) {
  static final String USAGE =
      "usage: ./coppice soak [--minutes N] [--round-seconds N] [--threads N] [--duty PERCENT]\n"
          + "                      [--dtype f32|bf16|both] [--shape tiny|m15] [--seed N]\n"
          + "  grows trees with forks, evictions and changes of weights on a random model, compares\n"
          + "  sampled tokens with a cold backend bit for bit, and fails if memory grows.";

  /**
   * Describes the backends.
   *
   * @param threads they compute with.
   * @param dtypes of the rounds, one after the other.
   * @param shape of the random model: tiny or m15.
   */
  record Backend(int threads, List<String> dtypes, String shape) {
    Backend {
      dtypes = List.copyOf(dtypes);
    }
  }

  SoakOptions {
    if (seconds < 1
        || roundSeconds < 1
        || backend.threads() < 1
        || dutyPercent < 1
        || dutyPercent > 100) {
      throw new IllegalArgumentException(
          "times and threads are at least 1, a duty is 1 to 100: seconds=%d roundSeconds=%d threads=%d duty=%d"
              .formatted(seconds, roundSeconds, backend.threads(), dutyPercent));
    }
  }

  /** Reads the command line; unknown options are refused. */
  static SoakOptions parse(final String... arguments) {
    long seconds = 600;
    long roundSeconds = 180;
    int threads = 1;
    int duty = 100;
    long seed = 1;
    String shape = "m15";
    List<String> dtypes = List.of("f32", "bf16");
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value\n" + USAGE);
      }
      final String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--minutes" -> seconds = Math.round(60 * Double.parseDouble(value));
        case "--round-seconds" -> roundSeconds = Long.parseLong(value);
        case "--threads" -> threads = Integer.parseInt(value);
        case "--duty" -> duty = Integer.parseInt(value);
        case "--dtype" -> dtypes = value.equals("both") ? dtypes : List.of(value);
        case "--shape" -> shape = value;
        case "--seed" -> seed = Long.parseLong(value);
        default ->
            throw new IllegalArgumentException("unknown option " + arguments[i] + "\n" + USAGE);
      }
    }
    return new SoakOptions(seconds, roundSeconds, duty, new Backend(threads, dtypes, shape), seed);
  }
}
