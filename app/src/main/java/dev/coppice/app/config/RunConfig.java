package dev.coppice.app.config;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Configures a run.
 *
 * <p>Each component is a section or a key of the TOML file; the key's name is the component's in
 * kebab-case. {@link #DEFAULT} holds every default, {@link Key} says what a key means. The sections
 * {@code bridge} and {@code train} stand in {@link BridgeSection} and {@link TrainSection}; the options
 * of policies, estimators, environments and metrics are declared by their plugs, and {@link
 * PlugSection} says in which sections they stand. Help, the resolved configuration and the check of
 * unknown keys are all made from these.
 *
 * @param run what is run, and where it is kept.
 * @param model that samples.
 * @param task set that is solved.
 * @param world where results of tools come from.
 * @param calls how the model writes them.
 * @param sampling settings.
 * @param tree how trees branch.
 * @param budget of the run.
 * @param limits of one trajectory.
 * @param engine sizes.
 * @param credit estimators.
 * @param bridge to a trainer.
 * @param proxy for agents from outside.
 * @param train what the shipped trainer does.
 * @param plugs options of the plugs.
 */
public record RunConfig(
    Run run,
    Model model,
    TaskSet task,
    WorldOptions.World world,
    WorldOptions.Calls calls,
    SamplingSection sampling,
    Tree tree,
    Budget budget,
    LimitsSection limits,
    Engine engine,
    Credit credit,
    BridgeSection bridge,
    ProxySection proxy,
    TrainSection train,
    PlugValues plugs) {

  /** Every default. */
  public static final RunConfig DEFAULT =
      new RunConfig(
          new Run("", 1, "runs", List.of(), true),
          new Model(
              "embedded", "models/tiny-policy", "", "model", "f32", "cpu", 1, "", List.of(), ""),
          new TaskSet("drawers", "", 64, 0, 1, 1, "", "", "", List.of(), "", "", "", "exact"),
          new WorldOptions.World(
              "real", "", List.of(), 1, "", "", "common", "fresh", "", "bubblewrap"),
          WorldOptions.Calls.DEFAULT,
          SamplingSection.DEFAULT,
          new Tree("entropy", 8, "false", "independent"),
          new Budget(OptionalLong.empty(), "uniform"),
          new LimitsSection(512, 0, 0, 64, 2048, "fail", 10_000),
          new Engine(64, 512, 32, 4096, 16, 0),
          new Credit(List.of("grpo", "tree-grpo")),
          new BridgeSection(
              "127.0.0.1", 0, "tree", 32, 2, 8, 20, 64, 8, "finish", "", "", "", false, 0),
          ProxySection.DEFAULT,
          TrainSection.DEFAULT,
          PlugValues.NONE);

  /** Checks what no single key can check. */
  public RunConfig {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(credit, "credit is null");
    Objects.requireNonNull(bridge, "bridge is null");
    sampling.requireMarks(limits);
    final boolean plain = armNames(run, tree).stream().allMatch("chain"::equals);
    if (tree.division.equals("systematic") && tree.coalesce.equals("trees") && plain) {
      throw new IllegalArgumentException(
          "tree.division = systematic divides the samples of one path, and with tree.coalesce ="
              + " trees the arm chain shares none: set tree.coalesce = true");
    }
    if (train.ahead() > bridge.staleness()) {
      throw new IllegalArgumentException(
          "train.ahead must be at most bridge.staleness, or its groups would be dropped: ahead="
              + train.ahead()
              + " staleness="
              + bridge.staleness());
    }
    if (engine.batchTokens() < engine.batchRows()) {
      throw new IllegalArgumentException(
          "engine.batch-tokens must be at least engine.batch-rows, a token per row: batch-tokens="
              + engine.batchTokens()
              + " batch-rows="
              + engine.batchRows());
    }
  }

  /**
   * Returns the names of the arms, in order.
   *
   * @return {@code run.arms}, or the one arm that {@code tree.policy} makes.
   */
  public List<String> armNames() {
    return armNames(run, tree);
  }

  private static List<String> armNames(final Run run, final Tree tree) {
    if (!run.arms().isEmpty()) {
      return run.arms();
    }
    return List.of(tree.policy.equals("chain") ? "chain" : "tree");
  }

  /**
   * Returns the branching policy of an arm.
   *
   * @param arm one of {@link #armNames()}.
   * @return the name of the policy; the arm {@code tree} runs {@code tree.policy}.
   */
  public String policyOf(final String arm) {
    return arm.equals("tree") ? tree.policy : arm;
  }

  /**
   * Copies the configuration as somebody needs it who only reads.
   *
   * @return a copy that writes to no store of results.
   */
  public RunConfig reading() {
    return with(world.reading(), sampling, bridge, proxy);
  }

  /** Copies the configuration as it may be written down: without secrets. */
  RunConfig withoutSecrets() {
    return with(world, sampling, bridge.withoutToken(), proxy.withoutToken());
  }

  /**
   * Copies the configuration with the marks of thoughts that the model's chat template has.
   *
   * @param marks opening and closing, or none.
   * @return a copy.
   */
  public RunConfig withThinking(final List<String> marks) {
    return with(world, sampling.withThinking(marks), bridge, proxy);
  }

  private RunConfig with(
      final WorldOptions.World newWorld,
      final SamplingSection newSampling,
      final BridgeSection newBridge,
      final ProxySection newProxy) {
    return new RunConfig(
        run,
        model,
        task,
        newWorld,
        calls,
        newSampling,
        tree,
        budget,
        limits,
        engine,
        credit,
        newBridge,
        newProxy,
        train,
        plugs);
  }

  /**
   * Says what is run, and where it is kept.
   *
   * @param name of the run.
   * @param seed of every draw.
   * @param out folder of run folders.
   * @param arms in order.
   * @param journal whether inputs are kept.
   */
  public record Run(
      @Key("Name of the run, written into every trace; empty takes the environment's.") String name,
      @Key("Seed of every draw; the same seed gives the same tokens.") long seed,
      @Key("Folder in which the run's own folder is made, under a generated name.") String out,
      @Key(
              value =
                  "Arms run one after another over the same tasks, each with the same budget;"
                      + " 'tree' runs tree.policy. Empty: one arm, tree.policy.",
              choices = "tree",
              plugs = PlugSection.POLICIES)
          List<String> arms,
      @Key("Whether every input of the engine is kept in journal.log.") boolean journal) {
    /** Refuses an arm named twice. */
    public Run {
      arms = List.copyOf(arms);
      if (arms.stream().distinct().count() != arms.size()) {
        throw new IllegalArgumentException("run.arms names an arm twice: arms=" + arms);
      }
    }
  }

  /**
   * Says what samples.
   *
   * @param engine that runs the model.
   * @param path of the model folder or file.
   * @param lora folder of an adapter, or empty.
   * @param policy that samples.
   * @param dtype of the model's numbers.
   * @param device that computes its linear layers.
   * @param threads of the model.
   * @param chatTemplate of conversations, none, or empty for the model's own if any.
   * @param urls of the servers that hold it.
   * @param name the servers know it by.
   */
  public record Model(
      @Key(value = "Engine that runs the model.", plugs = PlugSection.ENGINES) String engine,
      @Key(
              "The model: a .gguf file, a folder in Hugging Face's layout (both relative to here or"
                  + " to the project), or package:NAME, the .gguf file of an installed Python"
                  + " package.")
          String path,
      @Key("Folder of a LoRA adapter, as PEFT saves it, to be merged into the weights, or empty.")
          String lora,
      @Key(
              value = "What samples: the model, or 'replay', a script of the task's own solutions.",
              choices = {"model", "replay"})
          String policy,
      @Key(
              value =
                  "f32, or bf16 for speed: weights in bf16, keys and values in half floats, and"
                      + " sums in f32. A seed gives the same tokens whatever the batch in either.",
              choices = {"f32", "bf16"})
          String dtype,
      @Key(
              "What computes the linear layers: cpu, cuda or cuda:N; cuda needs natives built for"
                  + " it (docs/GPU.md).")
          String device,
      @Key(value = "Threads the model computes with.", min = 1, max = 1024) int threads,
      @Key(
              "What writes prompts, and results of tools: none (plain text), auto (the model's own"
                  + " chat template) or the file of a template. Empty: the model's own where it has"
                  + " one.")
          String chatTemplate,
      @Key(
              "Addresses of the servers that hold the model, for engines that are servers, as in"
                  + " [\"http://127.0.0.1:8101\"]; model.path is then its tokenizer and template.")
          List<String> urls,
      @Key("Name the servers know the model by; empty for their only one.") String name) {
    /** Refuses a device of another kind. */
    public Model {
      urls = List.copyOf(urls);
      if (!device.matches("cpu|cuda(:\\d{1,3})?")) {
        throw new IllegalArgumentException(
            "model.device must be cpu, cuda or cuda:N: device=" + device);
      }
    }
  }

  /**
   * Says what is solved.
   *
   * @param environment that offers the tasks.
   * @param split of its tasks.
   * @param count of tasks.
   * @param first task.
   * @param repeats of each task.
   * @param seed of the tasks.
   * @param path of a data file.
   * @param prompt of a plain environment.
   * @param system message of a conversation.
   * @param fewShot examples before the request, user and model in turns.
   * @param data rows that are the tasks, or empty; then the environment is {@code python-env}.
   * @param promptColumn of the rows, or empty for a usual one.
   * @param answerColumn of the rows, or empty for a usual one.
   * @param reward of an answer to a row.
   */
  public record TaskSet(
      @Key(
              value =
                  "Environment that offers the tasks, or a Python one: FILE.py, ROWS.jsonl,"
                      + " reasoning-gym/NAME, textarena/ID, gymnasium/ID, skyrl/ID ...",
              plugs = PlugSection.ENVIRONMENTS,
              others = true)
          String environment,
      @Key(
              "Split of the tasks, one of the environment's (`./coppice list environments`); empty"
                  + " for the one to evaluate on.")
          String split,
      @Key(value = "Number of tasks.", min = 1, max = 10_000_000) int count,
      @Key(value = "Index of the first task.", min = 0) int first,
      @Key(value = "Groups per task; each draws anew.", min = 1, max = 100_000) int repeats,
      @Key("Seed of the draw of tasks; it has nothing to do with the draw of tokens.") long seed,
      @Key("Data file of the environment, where it reads one; relative to here or the project.")
          String path,
      @Key(
              "Prompt of 'stories', or template of gsm8k's or a world's; with a chat template what"
                  + " the user says. Empty for the environment's own.")
          String prompt,
      @Key("System message of conversations, where a chat template writes them; empty for none.")
          String system,
      @Key(
              "Worked examples of conversations, before the request: what a user said and what the"
                  + " model answered, in turns.")
          List<String> fewShot,
      @Key("Rows that are the tasks: FILE.jsonl, .parquet, .json, or a data set's NAME:SPLIT.")
          String data,
      @Key("Column of task.data with the prompt, text or messages; empty for a usual name.")
          String promptColumn,
      @Key("Column of task.data with the known answer; empty for a usual name.")
          String answerColumn,
      @Key("What an answer to a row earns by: exact, math, regex, or FILE.py.") String reward) {
    /** Checks that examples have answers, and that tasks and groups can be numbered. */
    public TaskSet {
      fewShot = List.copyOf(fewShot);
      environment = WorldOptions.environmentOf(environment, data);
      if (fewShot.size() % 2 != 0) {
        throw new IllegalArgumentException(
            "task.few-shot has an example without an answer: texts=" + fewShot.size());
      }
      WorldOptions.requireNumbers(first, count, repeats);
    }

    /**
     * Returns the number of groups of an arm.
     *
     * @return tasks times repeats.
     */
    public int groups() {
      return count * repeats;
    }
  }

  /**
   * Says how trees branch.
   *
   * @param policy of the arm {@code tree}.
   * @param trees per group without a budget; with coalescing the samples of one tree.
   * @param coalesce which arms have samples share paths.
   * @param division of samples that share a path.
   */
  public record Tree(
      @Key(value = "Branching policy of the arm 'tree'.", plugs = PlugSection.POLICIES)
          String policy,
      @Key(
              value =
                  "Trees per group where no budget is set; with tree.coalesce the samples that"
                      + " begin one coalesced tree, with or without a budget.",
              min = 1,
              max = 65_536)
          int trees,
      @Key(
              value =
                  "Which arms compute samples that are alike so far once: all (true), all but"
                      + " 'chain' and policies that cannot (trees), or none (false).",
              choices = {"false", "true", "trees"})
          String coalesce,
      @Key(
              value =
                  "How samples of one path are divided over the next tokens: independent, each what"
                      + " it would be alone; systematic, by one number, which takes most of the"
                      + " variance away; auto, systematic where the engine can.",
              choices = {"independent", "systematic", "auto"})
          String division) {
    /** Refuses to divide what is not together. */
    public Tree {
      if (division.equals("systematic") && coalesce.equals("false")) {
        throw new IllegalArgumentException(
            "tree.division = systematic divides the samples of one path: set tree.coalesce = true");
      }
    }
  }

  /**
   * Says how much may be computed.
   *
   * @param computedTokens of each arm.
   * @param allocation of it over prompts.
   */
  public record Budget(
      @Key(
              value =
                  "Tokens each arm may compute (prefilled, sampled or discarded), split evenly over"
                      + " the groups; unset: no budget.",
              min = 1)
          OptionalLong computedTokens,
      @Key(
              value =
                  "How many trees a prompt gets: the same for all, or where they bring most"
                      + " contrast of rewards a token.",
              plugs = PlugSection.ALLOCATIONS)
          String allocation) {}

  /**
   * Sizes the engine.
   *
   * @param batchRows in one pass.
   * @param batchTokens in one pass.
   * @param groupsInFlight at a time.
   * @param kvBlocks in the pool.
   * @param blockTokens in a block.
   * @param toolThreads at a time.
   */
  public record Engine(
      @Key(value = "Most sequences in one forward pass.", min = 1, max = 65_536) int batchRows,
      @Key(value = "Most new tokens in one forward pass.", min = 1, max = 1_048_576)
          int batchTokens,
      @Key(value = "Most groups that grow at the same time.", min = 1, max = 65_536)
          int groupsInFlight,
      @Key(value = "Blocks of keys and values in the pool.", min = 1) int kvBlocks,
      @Key(value = "Positions in a block, a power of two.", min = 1, max = 1024) int blockTokens,
      @Key(value = "Most tool calls at a time; 0 for no limit.", min = 0) int toolThreads) {
    /** Checks that a block is a power of two. */
    public Engine {
      if (Integer.bitCount(blockTokens) != 1) {
        throw new IllegalArgumentException(
            "engine.block-tokens must be a power of two: block-tokens=" + blockTokens);
      }
    }
  }

  /**
   * Names the estimators of credit.
   *
   * @param estimators in order.
   */
  public record Credit(
      @Key(
              value = "Estimators applied to every finished group and written into the traces.",
              plugs = PlugSection.ESTIMATORS)
          List<String> estimators) {
    /** Keeps a copy. */
    public Credit {
      estimators = List.copyOf(estimators);
    }
  }
}
