package dev.coppice.app.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.credit.share.LambdaRule;
import dev.coppice.training.policy.OptimizerState;
import dev.coppice.training.policy.PolicyFolder;
import dev.coppice.training.policy.PolicyTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Holds what a training run keeps on disk.
 *
 * <pre>
 *   config.resolved.toml   train.jsonl
 *   checkpoints/step-00012/   a Hugging Face folder, optimizer.safetensors, trainer.json
 *   weights/v13-0123456789ab/ what the engine samples from
 *   engine/...                the engine's run folder
 * </pre>
 *
 * <p>A checkpoint is written aside and renamed, so one that is there is whole. The newest is what a
 * resumed run continues from; older ones are deleted unless their step is to be kept.
 *
 * @param root of the run.
 * @thread one.
 */
record TrainFolder(Path root) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String STATE = "trainer.json";
  private static final int DIGEST_DIGITS = 12;
  private static final int LIVE_WEIGHTS = 4;

  /**
   * Says where a run stands.
   *
   * @param step updates made.
   * @param version of the weights, as the engine counts.
   * @param trained groups of the last update, which may not be acknowledged yet.
   * @param engine the engine's run folder, relative to the root.
   * @param rule what the batches so far told of the weights of turns.
   */
  record State(int step, int version, List<Long> trained, String engine, LambdaRule rule) {
    /** Nothing is done yet. */
    static final State START = new State(0, 0, List.of(), "", LambdaRule.START);

    /** Fills in what checkpoints of before the rule do not have. */
    State {
      rule = rule == null ? LambdaRule.START : rule;
    }

    /** Copies the state for other weights, or for another engine's folder. */
    State at(final int newVersion, final String newEngine) {
      return new State(step, newVersion, trained, newEngine, rule);
    }
  }

  Path config() {
    return root.resolve("config.resolved.toml");
  }

  Path log() {
    return root.resolve("train.jsonl");
  }

  Path engineParent() {
    return root.resolve("engine");
  }

  Path checkpoint(final int step) {
    return root.resolve("checkpoints").resolve("step-%05d".formatted(step));
  }

  /** Finds the newest checkpoint, or null. */
  Path newest() throws IOException {
    final List<Path> all = listed(root.resolve("checkpoints"), "step-");
    return all.isEmpty() ? null : all.getLast();
  }

  State state(final Path checkpoint) throws IOException {
    final Path file = checkpoint.resolve(STATE);
    if (!Files.exists(file)) {
      throw new RunFolderException(checkpoint + " has no " + STATE + "; it is not a checkpoint");
    }
    return JSON.readValue(file.toFile(), State.class);
  }

  OptimizerState optimizer(final Path checkpoint) {
    return OptimizerState.read(checkpoint.resolve(OPTIMIZER));
  }

  /** Writes a checkpoint and deletes those before it that are not to be kept. */
  void save(final PolicyTrainer trainer, final Path source, final State state, final int keepEvery)
      throws IOException {
    final Path target = checkpoint(state.step());
    final Path aside = target.resolveSibling(target.getFileName() + ".aside");
    delete(aside);
    PolicyFolder.write(trainer.policy(), source, aside);
    trainer.optimizerState().write(aside.resolve(OPTIMIZER));
    Files.write(aside.resolve(STATE), JSON.writeValueAsBytes(state));
    delete(target);
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    for (final Path old : listed(root.resolve("checkpoints"), "step-")) {
      final int step = Integer.parseInt(old.getFileName().toString().substring("step-".length()));
      if (step < state.step() && step % keepEvery != 0) {
        delete(old);
      }
    }
  }

  /**
   * Represents weights as the bridge takes them.
   *
   * @param folder named for version and digest.
   * @param sha256 of the weight file.
   */
  record Published(Path folder, String sha256) {}

  /** Writes weights for the engine and deletes those it cannot need any more. */
  Published publishable(final PolicyTrainer trainer, final Path source, final int version)
      throws IOException {
    final Path weights = root.resolve("weights");
    final Path aside = weights.resolve("next.aside");
    delete(aside);
    PolicyFolder.write(trainer.policy(), source, aside);
    final String sha256 = DurableFile.digest(aside.resolve("model.safetensors")).sha256();
    final Path folder = weights.resolve("v" + version + "-" + sha256.substring(0, DIGEST_DIGITS));
    delete(folder);
    Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
    final List<Path> all = new ArrayList<>(listed(weights, "v"));
    all.sort(Comparator.comparingInt(TrainFolder::version));
    for (int i = 0; i < all.size() - LIVE_WEIGHTS; i++) {
      delete(all.get(i));
    }
    return new Published(folder.toAbsolutePath(), sha256);
  }

  private static int version(final Path folder) {
    final String name = folder.getFileName().toString();
    return Integer.parseInt(name.substring(1, name.indexOf('-')));
  }

  /** Appends a line to the log. */
  void append(final Object line) throws IOException {
    Files.writeString(
        log(),
        JSON.writeValueAsString(line) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static List<Path> listed(final Path parent, final String prefix) throws IOException {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .filter(path -> path.getFileName().toString().startsWith(prefix))
          .filter(path -> !path.getFileName().toString().endsWith(".aside"))
          .sorted()
          .toList();
    }
  }

  private static void delete(final Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
