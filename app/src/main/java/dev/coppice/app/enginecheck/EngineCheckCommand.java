package dev.coppice.app.enginecheck;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.app.runner.Engines;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.remote.probe.Connection;
import dev.coppice.remote.probe.ProbeCheck;
import dev.coppice.remote.trial.EngineCheck;
import dev.coppice.remote.trial.TreeBench;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a server is, and what Coppice will and will not do with it. */
@Command(
    name = "engine-check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Tries a vLLM, SGLang or llama-server and prints what Coppice will and will not do with it,"
          + " with",
      "the server's flag that would mend each lack. Exit status 1 if a run cannot sample from it.",
      "docs/ENGINES.md says more."
    })
public final class EngineCheckCommand implements Callable<Integer> {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final String TEXT =
      "The drawer holds a brass key, a spool of thread and a note that says nothing at all. ";

  @Parameters(paramLabel = "URL", description = "The server, such as http://127.0.0.1:8101.")
  private String url;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder or file of the model: compares its tokenizer and chat template.")
  private String model = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name the server knows the model by; its only one if not given.")
  private String name = "";

  @Option(
      names = "--key-variable",
      paramLabel = "VAR",
      description = "Environment variable with the key the server asks for.")
  private String keyVariable = "";

  @Option(
      names = "--bench",
      description = "Grows a tree and separate paths on the server, and prints sharing and speed.")
  private boolean bench;

  @Option(
      names = "--prompt",
      paramLabel = "P",
      description = "Tokens of the prompt of --bench; 400 if not given.")
  private int promptTokens = 400;

  @Option(
      names = "--children",
      paramLabel = "N",
      description = "Children of each fork of --bench; 8 if not given.")
  private int children = 8;

  @Option(
      names = "--new",
      paramLabel = "N",
      description = "Tokens each child samples in --bench; 32 if not given.")
  private int newTokens = 32;

  @Option(
      names = "--server-pid",
      paramLabel = "PID",
      description = "Process of the server, if it runs here: --bench prints its processor time.")
  private long serverPid = -1;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  /** Made by picocli. */
  public EngineCheckCommand() {}

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    final String key = keyVariable.isEmpty() ? "" : System.getenv(keyVariable);
    if (key == null) {
      throw new ConfigException("--key-variable names no variable that is set: " + keyVariable);
    }
    final Path folder = model.isEmpty() ? null : ProjectPaths.model(model);
    if (bench && folder == null) {
      throw new ConfigException("--bench needs --model, for the tokens of its prompt");
    }
    final EngineCheck.Report report =
        EngineCheck.of(new Connection.Address(url, name), key, folder);
    final ObjectNode root = json(report);
    if (!json) {
      print(report);
    }
    if (bench && report.isUsable()) {
      bench(report, folder, root);
    }
    if (json) {
      System.out.println(
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(root));
    }
    return report.isUsable() ? DONE : FAILED;
  }

  private static ObjectNode json(final EngineCheck.Report report) {
    final ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("server", report.facts().engine());
    root.put("version", report.facts().version());
    root.put("model", report.facts().model());
    root.put("context_tokens", report.facts().contextTokens());
    root.put("block_tokens", report.facts().blockTokens());
    root.put("places", report.facts().places());
    root.put("path", report.path());
    for (final ProbeCheck check : report.checks()) {
      root.withArray("checks")
          .addObject()
          .put("name", check.name())
          .put("ok", check.ok())
          .put("needed", check.needed())
          .put("finding", check.finding())
          .put("mend", check.mend());
    }
    return root;
  }

  private void print(final EngineCheck.Report report) {
    System.out.printf(
        "%s %s at %s%nmodel %s, context %d, blocks of %d, tokens by %s%n%n",
        report.facts().engine(),
        report.facts().version(),
        url,
        report.facts().model(),
        report.facts().contextTokens(),
        report.facts().blockTokens(),
        report.path());
    for (final ProbeCheck check : report.checks()) {
      final String mark = check.ok() ? "yes" : check.needed() ? "NO" : "no";
      System.out.printf("%-4s %-50s %s%n", mark, check.name(), check.finding());
      if (!check.mend().isEmpty()) {
        System.out.printf("     %-50s mend: %s%n", "", check.mend());
      }
    }
    System.out.printf(
        "%n%s%n",
        report.isUsable()
            ? "runs can sample from it: --model.engine "
                + report.facts().engine()
                + " --model.urls "
                + url
            : "runs cannot sample from it: see NO above");
  }

  private void bench(final EngineCheck.Report server, final Path folder, final ObjectNode root) {
    final Map<String, Object> options =
        Map.of("urls", List.of(url), "name", name, "key-variable", keyVariable);
    try (Tokenizer tokenizer = ModelTokenizer.open(folder);
        ModelRunner runner =
            Engines.openServed(server.facts().engine(), folder, tokenizer, options)) {
      // A beginning of its own, so that nothing of an earlier job is found.
      final String nonce = Long.toString(System.nanoTime(), 36) + ": ";
      final int[] text = tokenizer.encode(nonce + TEXT.repeat(1 + promptTokens / 8));
      final TreeBench job =
          new TreeBench(
              runner,
              Arrays.copyOf(text, promptTokens),
              children,
              newTokens,
              server.facts().blockTokens());
      report("separate", job::separate, root);
      report("fork", job::fork, root);
      report("tree", job::tree, root);
    }
  }

  /** Sums the processor time of the server and what it started; 0 where it is not on this machine. */
  private double serverSeconds() {
    return ProcessHandle.of(serverPid).stream()
        .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()))
        .mapToDouble(
            process -> process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1e9)
        .sum();
  }

  private void report(final String arm, final Supplier<TreeBench.Job> work, final ObjectNode root) {
    final double before = serverSeconds();
    final TreeBench.Job job = work.get();
    final double used = serverSeconds() - before;
    root.withObject("bench")
        .putObject(arm)
        .put("unshared_tokens", job.unshared())
        .put("server_processor_seconds", used)
        .put("unique_prompt_tokens", job.uniquePrompt())
        .put("forked_children", job.forked())
        .put("computed_prompt_tokens", job.computedPrompt())
        .put("generated_tokens", job.generated())
        .put("seconds", job.seconds());
    if (!json) {
      System.out.printf(
          "%n%-9s prompt tokens computed %d of %d unique (%.3f) and %d of %d forked children that"
              + " cannot be shared;"
              + " %d sampled in %.1f s, %.1f a second%n",
          arm,
          job.computedPrompt(),
          job.uniquePrompt(),
          (double) job.computedPrompt() / job.uniquePrompt(),
          job.unshared(),
          job.forked(),
          job.generated(),
          job.seconds(),
          job.generated() / job.seconds());
      if (serverPid > 0) {
        System.out.printf(
            "%-9s %.1f processor seconds of the server, %.1f sampled tokens each%n",
            "", used, job.generated() / used);
      }
    }
  }
}
