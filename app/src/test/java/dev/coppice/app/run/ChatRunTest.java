package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.report.Metric;
import dev.coppice.app.verify.RunVerifier;
import dev.coppice.chat.ChatForm;
import dev.coppice.chat.ChatRequest;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.ChatValues;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.environments.conversation.ChatEnvironment;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.MethodWorld;
import dev.coppice.environments.toolworld.SingleTaskset;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Score;
import dev.coppice.error.CoppiceException;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.Tokenizer;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plays worlds of tools as conversations that a model's chat template writes. */
@Timeout(300)
class ChatRunTest {
  private static final Pattern CALL =
      Pattern.compile("(.*?)\n?<tool_call>\n.*\"amount\": (\\d)}}\n</tool_call>", Pattern.DOTALL);
  private static final String OPEN = "<|im_start|>assistant\n";
  private static final String ANSWER = "<answer>10</answer>";

  @TempDir private Path folder;

  /** Counts, and forks with its count. */
  private static final class Counter extends MethodWorld {
    private int count;

    @ToolMethod(value = "Adds to the count.", effect = SideEffect.WRITE)
    public int add(
        @Argument(value = "How much.", name = "amount", min = 1, max = 9) final int amount) {
      count += amount;
      return count;
    }

    @Override
    public void reset(final Task task, final long seed) {
      count = 0;
    }

    @Override
    public ToolWorld fork() {
      final Counter fork = new Counter();
      fork.count = count;
      return fork;
    }

    @Override
    public String digest() {
      return "count " + count;
    }

    @Override
    public Score reward(final String answer, final SeenResults seen) {
      return new Score(count, Map.of(), answer);
    }
  }

  /** Draws one of some turns; one of them is spelt in tokens that no tokenizer would choose. */
  private static final class SomeTurns implements PathPolicy {
    private final int[] open;
    private final List<int[]> calls = new ArrayList<>();
    private final int[] answer;

    SomeTurns(final Tokenizer tokenizer) {
      open = tokenizer.encode(OPEN);
      answer = tokenizer.encode(ANSWER);
      for (int amount = 1; amount <= 3; amount++) {
        calls.add(tokenizer.encode(call(amount)));
        calls.add(tokenizer.encode("Let me add, too.\n" + call(amount)));
      }
      // "add" letter by letter, where the tokenizer has one token for it.
      calls.add(
          call(4)
              .chars()
              .mapToObj(c -> tokenizer.encode(Character.toString(c)))
              .flatMapToInt(Arrays::stream)
              .toArray());
    }

    static String call(final int amount) {
      return "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"amount\": "
          + amount
          + "}}\n</tool_call>";
    }

    @Override
    public void scores(final int[] path, final int length, final float[] target, final int offset) {
      int start = 0;
      int turns = 0;
      for (int at = open.length; at <= length; at++) {
        if (Arrays.equals(path, at - open.length, at, open, 0, open.length)) {
          start = at;
          turns++;
        }
      }
      Arrays.fill(target, offset, offset + 512, -1e9f);
      for (final int[] turn : turns > 3 ? List.of(answer) : calls) {
        final int said = length - start;
        if (said < turn.length && Arrays.equals(path, start, length, turn, 0, said)) {
          target[offset + turn[said]] = 0f;
        }
      }
    }
  }

  private static List<GroupResult> grow(
      final ChatEnvironment environment, final ModelTokenizer tokenizer, final long seed)
      throws InterruptedException {
    final EngineConfig config =
        new EngineConfig(
            "chat",
            seed,
            SamplingSettings.PLAIN,
            new RolloutLimits(512, 8, 512, 10_000_000_000L),
            BudgetConfig.trees(2),
            new EngineConfig.Capacity(4, 512, 0));
    final var policy =
        new FixedPolicy(
            List.of(new FixedPolicy.Place(false, 0, 2), new FixedPolicy.Place(false, 2, 3)));
    final ConcurrentLinkedQueue<GroupResult> results = new ConcurrentLinkedQueue<>();
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            environment, tokenizer, runner(tokenizer), policy, EngineJournal.NONE, results::add);
    try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
      for (int i = 0; i < 4; i++) {
        assertTrue(engine.offer(new GroupRequest("g" + i, i, 0)), "seed=" + seed);
      }
      assertTrue(engine.awaitIdle(60_000_000_000L), "seed=" + seed);
    }
    return List.copyOf(results);
  }

  private static ModelRunner runner(final ModelTokenizer tokenizer) {
    final RunnerPlug plug = Plugs.of(RunnerPlug.KIND).find("script");
    final Map<String, Object> sizes =
        Map.of("batch-rows", 16, "batch-tokens", 256, "block-tokens", 4);
    return plug.open(
        RunnerRequest.of(new RunnerRequest.Script("turns", 512, 4096, new SomeTurns(tokenizer))),
        PlugOptions.of(RunnerPlug.KIND, plug, sizes));
  }

  /** The nodes from the root to a leaf. */
  private static List<TrajectoryNode> path(final TrajectoryTree tree, final Leaf leaf) {
    final List<TrajectoryNode> path = new ArrayList<>();
    for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
      path.add(tree.node(id));
    }
    Collections.reverse(path);
    return path;
  }

  /** Writes the conversation of a path down from what was said and from how counters count. */
  private static List<Map<String, Object>> conversation(final String[] turns) {
    final List<Map<String, Object>> messages = new ArrayList<>();
    messages.add(Map.of("role", "system", "content", "Be brief."));
    messages.add(Map.of("role", "user", "content", "Use the tools."));
    int count = 0;
    for (int i = 0; i < turns.length - 1; i++) {
      final Matcher call = CALL.matcher(turns[i]);
      assertTrue(call.matches(), turns[i]);
      final int amount = Integer.parseInt(call.group(2));
      count += amount;
      final Map<String, Object> function = new LinkedHashMap<>();
      function.put("name", "add");
      function.put("arguments", Map.of("amount", amount));
      messages.add(
          Map.of(
              "role",
              "assistant",
              "content",
              call.group(1),
              "tool_calls",
              List.of(Map.of("type", "function", "function", function))));
      messages.add(Map.of("role", "tool", "content", "" + count));
    }
    return messages;
  }

  @Test
  void everyBranchShouldReadWhatAFreshRenderOfItsConversationReads() throws Exception {
    final long seed = new Random().nextLong();
    final Path model = ChatModelFolder.write(folder, ChatModelFolder.TEMPLATE);
    final ChatTemplate template = ChatTemplate.open(model, "default");
    final Set<String> conversations = new HashSet<>();
    int respelled = 0;
    int leaves = 0;
    try (ModelTokenizer tokenizer = ModelTokenizer.open(model);
        ChatEnvironment environment =
            new ChatEnvironment(
                new SingleTaskset("counter", Counter::new),
                CallFormat.BARE_RESULTS,
                "{request}",
                new ChatForm(
                    template,
                    tokenizer,
                    CallFormat.BARE_RESULTS.dialect(),
                    List.of(Map.of("role", "system", "content", "Be brief."))))) {
      final List<Object> tools = tools(environment);
      for (final GroupResult result : grow(environment, tokenizer, seed)) {
        for (final TrajectoryTree tree : result.group().trees()) {
          for (final Leaf leaf : tree.leaves()) {
            assertEquals(LeafStatus.COMPLETED, leaf.status(), "seed=" + seed);
            final int[] tokens =
                path(tree, leaf).stream().flatMapToInt(n -> Arrays.stream(n.tokens())).toArray();
            final String text = tokenizer.decode(tokens);
            final String[] turns =
                Arrays.stream(text.split(Pattern.quote(OPEN)))
                    .skip(1)
                    .map(turn -> turn.split(Pattern.quote("<|im_end|>"))[0])
                    .toArray(String[]::new);
            final ChatRequest request = ChatRequest.prompt(conversation(turns), tools);
            final String fresh = template.render(request, () -> ChatForm.NOW) + ANSWER;

            assertEquals(fresh, text, "seed=" + seed);
            if (text.contains("\"amount\": 4")) {
              respelled++;
            } else {
              assertArrayEquals(tokenizer.encode(fresh), tokens, "seed=" + seed);
            }
            conversations.add(text);
            leaves++;
          }
        }
      }
    }
    assertTrue(leaves >= 40 && conversations.size() > 10, "leaves=" + leaves + " seed=" + seed);
    assertTrue(respelled > 0, "no turn was spelled differently: seed=" + seed);
  }

  /** Takes the tools from the prompt, where they stand as JSON, a line each. */
  private static List<Object> tools(final ChatEnvironment environment) {
    final String prompt = environment.start(environment.task(0), 1).prompt();
    return prompt
        .lines()
        .filter(line -> line.startsWith("{\"type\": \"function\""))
        .map(line -> ChatValues.json(line.replace("<|im_end|>", "")))
        .toList();
  }

  private ConfigLoader loader(final String template) throws IOException {
    final String file = "BFCL_v4_multi_turn_base.json";
    final Path data = folder.resolve("data");
    Files.createDirectories(data.resolve("possible_answer"));
    Files.writeString(
        data.resolve(file),
        "{\"id\":\"e0\",\"question\":[[{\"role\":\"user\",\"content\":\"Move f.\"}]],"
            + "\"initial_config\":{\"GorillaFileSystem\":{\"root\":{\"home\":{\"type\":"
            + "\"directory\",\"contents\":{\"f\":{\"type\":\"file\",\"content\":\"x\"},"
            + "\"tmp\":{\"type\":\"directory\",\"contents\":{}}}}}}},"
            + "\"involved_classes\":[\"GorillaFileSystem\"]}\n");
    Files.writeString(
        data.resolve("possible_answer").resolve(file),
        "{\"id\":\"e0\",\"ground_truth\":[[\"ls()\",\"mv('f',destination='tmp')\","
            + "\"cd(folder='tmp')\",\"cat('f')\"]]}\n");
    return new ConfigLoader()
        .override("model.policy", "replay")
        .override("model.path", ChatModelFolder.write(folder.resolve("model"), null).toString())
        .override("model.chat-template", template)
        .override("task.environment", "filesystem")
        .override("task.path", data.toString())
        .override("task.count", "1")
        .override("run.arms", "chain,fixed")
        .override("tree.fixed.places", "1:3,2:2")
        .override("limits.observation-tokens", "4096")
        .override("run.out", folder.resolve("runs").toString());
  }

  private String file(final String template) throws IOException {
    return Files.writeString(folder.resolve("chat.jinja"), template).toString();
  }

  @Test
  void shouldRunAWorldByTheTemplateThatTheConfigurationNames() throws Exception {
    final ConfigLoader loader =
        loader(file(ChatModelFolder.TEMPLATE)).override("task.system", "Use the tools.");

    final RolloutJob.Outcome outcome = ReplayRuns.run(loader.load());

    assertEquals(1.0, outcome.report().arm("fixed").value(Metric.REWARD_MEAN));
    assertEquals(List.of(), outcome.brokenLaws());
    assertEquals(List.of(), new RunVerifier(outcome.folder()).verify().differences());
  }

  private ConfigLoader arithmetic(final String model, final String template) throws IOException {
    final Path data = folder.resolve("problems.jsonl");
    Files.writeString(
        data,
        "{\"question\":\"Two boxes of 3 pens. How many pens?\",\"answer\":"
            + "\"There are 2*3=<<2*3=6>>6 pens.\\n#### 6\"}\n");
    return new ConfigLoader()
        .override("model.path", ChatModelFolder.write(folder.resolve(model), template).toString())
        .override("task.environment", "gsm8k")
        .override("task.path", data.toString())
        .override("task.count", "1")
        .override("run.arms", "chain")
        .override("run.out", folder.resolve("runs").toString());
  }

  private static final String EXAMPLES =
      """
      [task]
      system = "Be brief."
      few-shot = ["One pen and one?", "<<1+1=2>>2\\n#### 2"]
      """;

  /** The calculator stands inside the model's turn; what goes before it is a conversation. */
  @Test
  void shouldAskAQuestionWithACalculatorAsAConversation() throws Exception {
    final RunConfig config =
        arithmetic("model", null)
            .override("model.policy", "replay")
            .override("model.chat-template", file(ChatModelFolder.TEMPLATE))
            .text(EXAMPLES, "test")
            .load();
    final String prompt =
        """
        <|im_start|>system
        Be brief.<|im_end|>
        <|im_start|>user
        One pen and one?<|im_end|>
        <|im_start|>assistant
        <<1+1=2>>2
        #### 2<|im_end|>
        <|im_start|>user
        Two boxes of 3 pens. How many pens?<|im_end|>
        <|im_start|>assistant
        """;

    try (RunResources resources = RunResources.open(config)) {
      final Environment environment = resources.environment();
      final Episode episode = environment.start(environment.task(0), 1);
      assertEquals(prompt, episode.prompt());
      assertEquals("6>>", episode.call("2*3").text());
      assertEquals(prompt, episode.fork().prompt());
      final String plan = RunPlan.describe(config, resources);
      assertTrue(plan.contains("#   | " + prompt.replace("\n", "\n#   | ") + "\n"), plan);
      assertEquals(config, new ConfigLoader().text(plan, "plan").load());
    }
    final RolloutJob.Outcome outcome = ReplayRuns.run(config);
    assertEquals(1.0, outcome.report().arm("chain").value(Metric.REWARD_MEAN));
    assertEquals(List.of(), new RunVerifier(outcome.folder()).verify().differences());
  }

  @Test
  void shouldUseTheTemplateAModelBringsUnlessToldOtherwise() throws IOException {
    final ConfigLoader bare = arithmetic("bare", null);
    final ConfigLoader chat = arithmetic("chat", ChatModelFolder.TEMPLATE);

    assertNull(RunResources.conversations(bare.load()));
    assertTrue(
        RunResources.conversations(chat.load())
            .begin("Hello.", List.of())
            .text()
            .startsWith("<|im_start|>user\nHello."));
    assertNull(RunResources.conversations(chat.override("model.chat-template", "none").load()));
    final CoppiceException refusal =
        assertThrows(
            CoppiceException.class,
            () -> RunResources.conversations(bare.text(EXAMPLES, "test").load()));
    assertTrue(refusal.getMessage().contains("task.few-shot"), refusal.getMessage());
    final CoppiceException odd =
        assertThrows(
            CoppiceException.class, () -> bare.text("task.few-shot = [\"a\"]", "test").load());
    assertTrue(odd.getMessage().contains("without an answer"), odd.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          auto | filesystem | has no chat template named 'default'
          {% for m in messages %}{{ m.content }}{% endfor %} | filesystem | write {tools}
          {{ tools }}{% for m in messages %}{% if m.role != 'tool' or \
          loop.last %}{{ m.content }}{% endif %}{% endfor %} | filesystem | not prefix-preserving
          {{ tools }}{% for m in messages %}{{ m.content }}\
          {% for c in m.tool_calls %}[CALL]{{ c.function.name }}{% endfor %}{% endfor %} \
          | filesystem | without the mark <tool_call>
          {{ tools }}{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}\
          {% endif %}{{ m.content }}{% endfor %} | filesystem | no tools
          {{ messages[0].content }} | replay-load | needs an environment of text
          {% for | filesystem | line 1
          """)
  void shouldRefuseWhatCannotBeAConversationBeforeAnythingRuns(
      final String template, final String environment, final String why) throws IOException {
    final String name = template.equals("auto") ? "auto" : file(template);
    final ConfigLoader loader = loader(name).override("task.environment", environment);
    if (environment.equals("replay-load")) {
      loader.override("task.path", "").override("model.policy", "model");
    }

    if (why.contains("{tools}")) {
      loader.override("task.prompt", "{request}");
    }

    final CoppiceException refusal =
        assertThrows(CoppiceException.class, () -> RunResources.open(loader.load()).close());

    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    final boolean isTemplates = !environment.equals("replay-load") && !why.contains("{tools}");
    assertEquals(
        isTemplates ? "chat-template-wrong" : "configuration-wrong",
        refusal.errorCode().name(),
        refusal.getMessage());
  }
}
