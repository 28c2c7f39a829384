package dev.coppice.app.config;

import java.util.List;

/**
 * Says where the results of tools come from.
 *
 * @param mode of the world.
 * @param store of recorded results.
 * @param faults that are injected.
 * @param seed of the faults.
 * @param model that imagines.
 * @param user model of a simulated user.
 * @param noise says who shares what the world draws at random.
 * @param judges says the same of judges and simulated users.
 * @param python that runs Python environments.
 * @param sandbox that holds them.
 * @thread any; immutable.
 */
public record WorldSection(
    @Key(
            value =
                "Where results of tools come from: the tools; the tools, recorded; recordings"
                    + " alone; a model; the tools, some broken.",
            choices = {"real", "record", "replay", "simulate", "fault"})
        String mode,
    @Key("Folder of recorded results: written by 'record', read by 'replay' and 'simulate'.")
        String store,
    @Key(
            "Faults of 'fault' by kind and share, as in [\"error:0.05\", \"timeout:0.02\"]; kinds"
                + " are error, malformed, oversize, silence and timeout.")
        List<String> faults,
    @Key("Seed of the faults.") long seed,
    @Key("Model folder of the model that imagines in 'simulate'.") String model,
    @Key("Model folder of who plays simulated users; empty: they recite by rule.") String user,
    @Key(
            value =
                "With tree.coalesce, what samples of one path share of a world's noise: common,"
                    + " one call for all of them, or fresh, a call for each, where the path"
                    + " splits.",
            choices = {"common", "fresh"})
        String noise,
    @Key(
            value =
                "The same for judges and simulated users. Shared, their noise makes samples count"
                    + " for less.",
            choices = {"fresh", "common"})
        String judges,
    @Key(
            "Interpreter of Python environments; empty for the active virtual environment's, else"
                + " python3.")
        String python,
    @Key(
            value =
                "What holds Python environments: bubblewrap, or none: then their code and the"
                    + " tools reach your files, the network and other processes.",
            choices = {"bubblewrap", "none"})
        String sandbox) {
  /** Keeps a copy. */
  public WorldSection {
    faults = List.copyOf(faults);
  }

  /**
   * Copies the section as somebody needs it who only reads.
   *
   * @return a copy that replays what this one records, and is this one otherwise.
   */
  public WorldSection reading() {
    return mode.equals("record")
        ? new WorldSection("replay", store, faults, seed, model, "", noise, judges, python, sandbox)
        : this;
  }
}
