package dev.coppice.app.config;

/**
 * Configures the service that {@code serve} offers to a trainer.
 *
 * @param address to listen at.
 * @param port to listen at.
 * @param arm whose policy grows the groups.
 * @param batch of groups per update.
 * @param staleness in versions.
 * @param groupsPerSegment at most.
 * @param sealAfterMs at the latest.
 * @param maxMessageMib of a message.
 * @param maxStreams at a time.
 * @param weights says what becomes of running branches.
 * @param tlsCertificate of the service.
 * @param tlsKey of the certificate.
 * @param token of the caller.
 * @param kept says whether kept ids are told.
 * @param learnBehind numbers between a group and the newest it learns from.
 */
public record BridgeSection(
    @Key("Address the service listens at; other than loopback only with TLS and a token.")
        String address,
    @Key(value = "Port the service listens at; 0 for any free one.", min = 0, max = 65_535)
        int port,
    @Key(
            value = "Arm whose policy grows the groups; 'tree' runs tree.policy.",
            choices = "tree",
            plugs = PlugSection.POLICIES)
        String arm,
    @Key(value = "Groups a trainer consumes per update.", min = 1, max = 1_000_000) int batch,
    @Key(
            value =
                "Most versions a delivered group's oldest token may lie behind the weights; groups"
                    + " are issued while issued - consumed <= (staleness + 1) x batch.",
            min = 0,
            max = 1_000_000)
        int staleness,
    @Key(value = "Most groups written and sent together.", min = 1, max = 4096)
        int groupsPerSegment,
    @Key(
            value = "Longest a finished group waits for others to be sent with, in milliseconds.",
            min = 0,
            max = 60_000)
        int sealAfterMs,
    @Key(value = "Largest message, in MiB; a larger group is quarantined.", min = 1, max = 1024)
        int maxMessageMib,
    @Key(value = "Most streams at a time.", min = 1, max = 4096) int maxStreams,
    @Key(
            value =
                "Running branches when weights change: 'finish' on the old ones, or 'recompute'"
                    + " their keys and values with the new ones.",
            choices = {"finish", "recompute"})
        String weights,
    @Key("PEM file of the service's certificate; empty without TLS.") String tlsCertificate,
    @Key("PEM file of the certificate's key; empty without TLS.") String tlsKey,
    @Key("Token a caller sends as 'authorization: Bearer TOKEN'; never written down.") String token,
    @Key(
            "Whether the ids that top-p, top-k and min-p kept are written beside each token, so"
                + " that a trainer can make the distribution again.")
        boolean kept,
    @Key(
            value =
                "For a fleet that numbers the groups: what learns from earlier groups learns up to"
                    + " the one so many numbers before, wherever in the fleet it ended; the same on"
                    + " every engine. 0: from this engine's own groups in the order of their starts.",
            min = 0,
            max = 1_000_000)
        int learnBehind) {
  /** Leaves the token out. */
  @Override
  public String toString() {
    return "Bridge[address=" + address + ", port=" + port + ", arm=" + arm + "]";
  }

  /** Copies the section without its token, as it may be written down. */
  BridgeSection withoutToken() {
    return new BridgeSection(
        address,
        port,
        arm,
        batch,
        staleness,
        groupsPerSegment,
        sealAfterMs,
        maxMessageMib,
        maxStreams,
        weights,
        tlsCertificate,
        tlsKey,
        "",
        kept,
        learnBehind);
  }
}
