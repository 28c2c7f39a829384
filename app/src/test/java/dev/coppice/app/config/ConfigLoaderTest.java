package dev.coppice.app.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.run.Policies;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.PolicyPlug;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {

  private static ConfigException refused(final String toml) {
    return assertThrows(
        ConfigException.class, () -> new ConfigLoader().text(toml, "x.toml").load());
  }

  @Test
  void shouldFillInDefaultsWhereNothingIsSaid() {
    final RunConfig config = new ConfigLoader().text("", "empty.toml").load();

    assertEquals(RunConfig.DEFAULT, config);
    assertEquals(List.of("tree"), config.armNames());
  }

  @Test
  void shouldRefuseAnUnknownKeyByNameWithFileLineAndNearestKey() {
    final ConfigException refused = refused("[tree]\n\npolcy = \"entropy\"\n");

    assertEquals(
        "x.toml:3: unknown key tree.polcy; did you mean tree.policy?", refused.getMessage());
  }

  @Test
  void shouldFindTheRightSectionOfAKeyThatStandsInAWrongOne() {
    final ConfigException refused = refused("[run]\ntemperature = 0.5\n");

    assertEquals(
        "x.toml:2: unknown key run.temperature; did you mean sampling.temperature?",
        refused.getMessage());
  }

  @Test
  void shouldRefuseAQuotedKeyThatWouldBeatASection() {
    final ConfigException refused = refused("\"tree.policy\" = \"chain\"\n");

    assertTrue(refused.getMessage().contains("write tree.policy without"), refused.getMessage());
  }

  @Test
  void shouldRefuseAnUnknownSection() {
    final ConfigException refused = refused("[samplng]\ntemperature = 0.5\n");

    assertTrue(refused.getMessage().contains("did you mean sampling?"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[budget]*computed-tokens = 0 | x.toml:2: budget.computed-tokens must be at least 1, not 0",
        "[run]*seed = \"one\" | x.toml:2: run.seed must be a whole number, not \"one\"",
        "[task]*count = 1.5 | x.toml:2: task.count must be a whole number, not 1.5",
        "[task]*count = 99999999999 | x.toml:2: task.count must be between 1 and 10000000, not"
            + " 99999999999",
        "[run]*journal = 1 | x.toml:2: run.journal must be true or false, not 1",
        "[run]*arms = \"tree\" | x.toml:2: run.arms must be a list of texts, not \"tree\"",
        "[model]*dtype = \"f16\" | x.toml:2: model.dtype must be one of f32, bf16, not \"f16\"",
        "[sampling]*temperature = nan | x.toml:2: sampling.temperature must be between 0 and 100,"
            + " not NaN"
      })
  void shouldRefuseAWrongValueWithFileLineAndWhatFits(final String toml, final String message) {
    assertEquals(message, refused(toml.replace('*', '\n')).getMessage());
  }

  @Test
  void shouldTakeTheModelsNumbersAndDeviceAndRefuseOthers() {
    final ConfigException refused = refused("[model]\ndevice = \"tpu\"\n");

    assertTrue(refused.getMessage().contains("model.device must be cpu, cuda or cuda:N"));
    assertTrue(refused("[model]\ndevice = \"cuda:x\"\n").getMessage().contains("cuda:x"));
    final RunConfig taken =
        new ConfigLoader()
            .override("model.dtype", "bf16")
            .override("model.device", "cuda:1")
            .load();
    assertEquals("bf16", taken.model().dtype());
    assertEquals("cuda:1", taken.model().device());
  }

  @Test
  void shouldNameThePlaceOfARuleOverSeveralKeys() {
    final ConfigException refused = refused("[engine]\nblock-tokens = 24\n");

    assertTrue(
        refused.getMessage().startsWith("x.toml:2: engine.block-tokens must be a power of two"),
        refused.getMessage());
  }

  @Test
  void shouldRefuseAPlaceThatIsNone() {
    final ConfigException refused = refused("[tree.fixed]\nplaces = [\"later:2\"]\n");

    assertTrue(refused.getMessage().contains("not \"later:2\""), refused.getMessage());
  }

  @Test
  void shouldReadPlacesFromBothEnds() {
    final RunConfig config =
        new ConfigLoader().override("tree.fixed.places", "0:4,decision+1:2").load();

    assertEquals(
        List.of("0:4", "decision+1:2"),
        config.plugs().of(PolicyPlug.KIND, new FixedPolicy.Offer()).texts("places"));
    assertEquals(new FixedPolicy.Place(true, 1, 2), FixedPolicy.Place.parse("decision+1:2"));
    assertEquals(new FixedPolicy.Place(false, 0, 4), FixedPolicy.Place.parse("0:4"));
  }

  @Test
  void shouldTellSyntaxErrorsWithTheirLine() {
    final ConfigException refused = refused("[run]\nseed = = 3\n");

    assertTrue(refused.getMessage().startsWith("x.toml:2: "), refused.getMessage());
  }

  @Test
  void shouldLetOverridesWinAndTakeListsWithoutQuotes() {
    final RunConfig config =
        new ConfigLoader()
            .text("[run]\nseed = 3\narms = [\"tree\"]\n", "x.toml")
            .override("run.seed", "7")
            .override("run.arms", "chain,tree")
            .override("tree.entropy.children", "4,2")
            .override("budget.computed_tokens", "5000")
            .override("run.name", "mine")
            .load();

    assertEquals(7, config.run().seed());
    assertEquals(List.of("chain", "tree"), config.run().arms());
    assertArrayEquals(
        new long[] {4, 2},
        config.plugs().of(PolicyPlug.KIND, new EntropyPolicy.Offer()).wholes("children"));
    assertEquals(OptionalLong.of(5000), config.budget().computedTokens());
    assertEquals("mine", config.run().name());
  }

  @Test
  void shouldRefuseToDivideSamplesThatShareNothing() {
    final String division = "division = \"systematic\"\n";
    final String chain = "[run]\narms = [\"chain\"]\n[tree]\n";
    assertTrue(refused("[tree]\n" + division).getMessage().contains("tree.coalesce"));
    assertTrue(refused(chain + "coalesce = \"trees\"\n" + division).getMessage().contains("chain"));
    final RunConfig shared =
        new ConfigLoader().text(chain + "coalesce = true\n" + division, "test.toml").load();
    assertEquals("systematic", shared.tree().division());
  }

  @Test
  void shouldRefuseAnOverrideThatIsNoKey() {
    final ConfigException refused =
        assertThrows(
            ConfigException.class, () -> new ConfigLoader().override("tree.polcy", "entropy"));

    assertEquals(
        "--tree.polcy: unknown key tree.polcy; did you mean tree.policy?", refused.getMessage());
  }

  @Test
  void shouldReadItsOwnResolvedText() {
    final RunConfig config =
        new ConfigLoader()
            .override("run.name", "a \"quoted\"\nname")
            .override("budget.computed-tokens", "12345")
            .override("sampling.top-p", "0.9")
            .load();

    final RunConfig again = new ConfigLoader().text(ConfigText.resolved(config), "r.toml").load();

    assertEquals(config, again);
  }

  @Test
  void shouldWriteNoSecretDown() {
    final RunConfig config = new ConfigLoader().override("bridge.token", "hush-hush").load();

    final String text = ConfigText.resolved(config);

    assertFalse(text.contains("hush-hush"), text);
    assertTrue(text.contains("token = \"\""), text);
  }

  @Test
  void shouldRefuseMoreTasksThanCanBeNumbered() {
    final ConfigException tasks =
        assertThrows(
            ConfigException.class,
            () -> new ConfigLoader().override("task.first", "2147483647").load());
    final ConfigException groups =
        assertThrows(
            ConfigException.class,
            () ->
                new ConfigLoader()
                    .override("task.count", "10000000")
                    .override("task.repeats", "100000")
                    .load());

    assertTrue(tasks.getMessage().contains("task.first + task.count"), tasks.getMessage());
    assertTrue(groups.getMessage().contains("task.count x task.repeats"), groups.getMessage());
  }

  @Test
  void shouldSayHowAPlugOfOnesOwnIsFound() {
    final String said = refused("[tree]\npolicy = \"mine\"\n").getMessage();

    assertTrue(said.endsWith("not \"mine\"; one of your own needs --classpath"), said);
  }

  @Test
  void shouldExplainEveryKeyInItsHelp() {
    final String help = ConfigText.help();

    for (final Schema.Entry entry : Schema.run().entries().values()) {
      assertTrue(help.contains("--" + entry.name() + "="), entry.name());
      assertFalse(entry.option().help().isBlank(), entry.name());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[tree.entropy]*threshold = 31 | x.toml:2: tree.entropy.threshold must be between 0 and 30,"
            + " not 31",
        "[tree.entropy]*children = [] | x.toml:2: tree.entropy.children is empty; try [8]",
        "[tree.fixed]*places = [] | x.toml:2: tree.fixed.places is empty; try [\"decision:8\"]",
        "[tree.tree-grpo]*k = 1 | x.toml:2: unknown key tree.tree-grpo.k; did you mean"
            + " tree.tree-grpo.m?",
        "[credit.grpo]*std = \"nun\" | x.toml:2: credit.grpo.std must be one of sample, none, not"
            + " \"nun\"",
        "[credit.gigpo]*gama = 1 | x.toml:2: unknown key credit.gigpo.gama; did you mean"
            + " credit.gigpo.gamma?",
        "[credit]*estimators = [\"grop\"] | x.toml:2: credit.estimators must be one of grpo, rloo,"
            + " dr-grpo",
        "[task.replay-load]*speed = -1 | x.toml:2: task.replay-load.speed must be between 0 and"
            + " 1000000000, not -1",
        "[tree.mine]*n = 1 | x.toml:2: unknown key tree.mine.n; did you mean tree.tree-grpo.n?"
      })
  void shouldCheckTheOptionsOfPlugsLikeAnyKey(final String toml, final String message) {
    final String said = refused(toml.replace('*', '\n')).getMessage();

    assertTrue(said.startsWith(message), said);
  }

  @Test
  void shouldRememberWhereAStrangersPlugsComeFromWhenOneIsMissing() {
    final String said = refused("[tree.mine]\nn = 1\n").getMessage();

    assertTrue(said.endsWith("There is no policy mine; one of your own needs --classpath."), said);
  }

  @Test
  void shouldKeepTheOptionsOfPlugsInTheResolvedText() {
    final RunConfig config =
        new ConfigLoader()
            .override("credit.toolpo.lambda-call", "0.25")
            .override("tree.tree-grpo.m", "5")
            .override("tree.entropy.threshold", "0.3")
            .load();
    final String text = ConfigText.resolved(config);

    assertTrue(text.contains("[credit.toolpo]\nlambda-call = 0.25\n"), text);
    assertTrue(text.contains("[tree.tree-grpo]\nm = 5\n"), text);
    assertTrue(text.contains("[credit.gigpo]\ngamma = 0.95\n"), text);
    assertEquals(config, new ConfigLoader().text(text, "r.toml").load());
    assertEquals(5, Policies.trees("tree-grpo", config));
    assertEquals(8, Policies.trees("entropy", config));
  }

  @Test
  void shouldTakeBackWhatAFileSetWhereTheDefaultIsUnset() {
    final ConfigLoader loader = new ConfigLoader().text("[budget]\ncomputed-tokens = 9", "x.toml");

    assertEquals(OptionalLong.of(9), loader.load().budget().computedTokens());
    assertEquals(
        OptionalLong.empty(),
        loader.override("budget.computed-tokens", "unset").load().budget().computedTokens());
    final ConfigException refused =
        assertThrows(ConfigException.class, () -> loader.override("task.count", "unset"));
    assertTrue(refused.getMessage().contains("task.count must be"), refused.getMessage());
  }

  @Test
  void shouldRefuseRulesOfTurnsThatCannotWork() {
    final Map<String, String> wrong =
        Map.of(
            "sampling.logit-bias", "12",
            "sampling.repetition-penalty", "0",
            "sampling.presence-penalty", "3",
            "sampling.stop", "[\"\"]",
            "sampling.thinking", "<think>",
            "sampling.min-new-tokens", "-1",
            "limits.long-observations", "none");
    wrong.forEach(
        (key, value) -> {
          final ConfigException refused =
              assertThrows(
                  ConfigException.class, () -> new ConfigLoader().override(key, value).load(), key);
          assertTrue(refused.getMessage().contains(key), refused.getMessage());
        });
    final ConfigLoader unmarked =
        new ConfigLoader()
            .override("sampling.thinking", "[]")
            .override("limits.thinking-tokens", "5");
    assertThrows(ConfigException.class, unmarked::load);
  }

  @Test
  void shouldReadRulesThatChangeLogits() {
    final var settings =
        new ConfigLoader()
            .override("sampling.logit-bias", "12:-1.5,7:100")
            .override("sampling.min-new-tokens", "4")
            .load()
            .sampling()
            .settings();

    assertEquals(Map.of(12, -1.5, 7, 100.0), settings.rules().bias());
    assertEquals(4, settings.rules().minNewTokens());
  }

  @Test
  void shouldNotSendAKeyToAnotherSectionForHalfItsLetters() {
    final ConfigException refused =
        assertThrows(
            ConfigException.class, () -> new ConfigLoader().override("sampling.halt", "x"));

    assertFalse(refused.getMessage().contains("world."), refused.getMessage());
  }
}
