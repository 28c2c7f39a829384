package dev.coppice.app.config;

/**
 * Configures the recording proxy.
 *
 * @param address to listen at.
 * @param port to listen at.
 * @param token of the callers.
 * @param groupSize of rollouts.
 * @param deadlineSeconds of an agent.
 * @param groupSeconds of a group.
 * @param sampling says whose settings count.
 * @param reward of rollouts.
 * @param rewardSeconds it may take.
 * @param maxBodyMib of a request.
 * @param maxConnections at a time.
 */
public record ProxySection(
    @Key(
            "Address the proxy listens at. It speaks plain HTTP: other than loopback only where the"
                + " network is trusted, or behind a server that speaks TLS.")
        String address,
    @Key(value = "Port the proxy listens at; 0 for any free one.", min = 0, max = 65_535) int port,
    @Key(
            "Token every caller sends as its API key; empty makes a new one, printed at the start."
                + " Never written down.")
        String token,
    @Key(
            value = "Rollouts of a task that are one group; forks do not count.",
            min = 1,
            max = 1_000_000)
        int groupSize,
    @Key(
            value =
                "Seconds without a request after which an agent has vanished: its rollout ends as a"
                    + " failure of the environment.",
            min = 1,
            max = 1_000_000)
        int deadlineSeconds,
    @Key(
            value =
                "Seconds after which a group whose rollouts have all ended is closed, however few"
                    + " they are.",
            min = 1,
            max = 10_000_000)
        int groupSeconds,
    @Key(
            value =
                "Whose temperature, top_p, top_k and min_p count: client, those of the request (one"
                    + " setting a group; what a request leaves out is the run's), or run, always"
                    + " the run's.",
            choices = {"client", "run"})
        String sampling,
    @Key(
            "Python function FILE.py:NAME that scores a rollout which ends without a reward; empty"
                + " for none.")
        String reward,
    @Key(value = "Longest the function may take, in seconds.", min = 1, max = 100_000)
        int rewardSeconds,
    @Key(value = "Largest request, in MiB.", min = 1, max = 1024) int maxBodyMib,
    @Key(value = "Most connections at a time.", min = 1, max = 1_000_000) int maxConnections) {
  /** Every default. */
  static final ProxySection DEFAULT =
      new ProxySection("127.0.0.1", 0, "", 8, 300, 600, "client", "", 60, 16, 4096);

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "Proxy[address=" + address + ", port=" + port + "]";
  }

  /** Copies the section without its token, as it may be written down. */
  ProxySection withoutToken() {
    return new ProxySection(
        address,
        port,
        "",
        groupSize,
        deadlineSeconds,
        groupSeconds,
        sampling,
        reward,
        rewardSeconds,
        maxBodyMib,
        maxConnections);
  }
}
