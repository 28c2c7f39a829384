package dev.coppice.app.proxy;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.mode.ChatForms;
import dev.coppice.app.mode.EngineConfigs;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.app.runner.Engines;
import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.documents.ModelDocuments;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Holds the open parts of a proxy.
 *
 * @param tokenizer of the model.
 * @param template of its conversations, or null where it has none.
 * @param runner of the model.
 * @param tokenizerSha256 digest of {@code tokenizer.json}.
 */
record ProxyParts(
    Tokenizer tokenizer, ChatTemplate template, ModelRunner runner, String tokenizerSha256)
    implements AutoCloseable {
  private static final String NONE = "none";

  /** Opens the parts a configuration names. */
  static ProxyParts open(final RunConfig config) {
    require(config);
    final Path folder = ProjectPaths.model(config.model().path());
    final ModelTokenizer tokenizer = ModelTokenizer.open(folder);
    try {
      final String digest = sha256(ModelDocuments.of(folder).bytes("tokenizer.json"));
      final ChatTemplate template = template(config, folder);
      return new ProxyParts(tokenizer, template, Engines.open(config, folder, tokenizer), digest);
    } catch (final RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static void require(final RunConfig config) {
    if (!config.model().policy().equals("model")) {
      throw new ConfigException(
          "the proxy samples from a model: set model.policy = \"model\", not \""
              + config.model().policy()
              + "\"");
    }
    Engines.requireTokens(config, "the proxy");
  }

  /** Opens the template of a model's conversations; null where there is none. */
  static ChatTemplate template(final RunConfig config, final Path folder) {
    final String name = config.model().chatTemplate();
    if (name.equals(NONE) || (name.isEmpty() && ChatTemplate.sha256(folder).isEmpty())) {
      return null;
    }
    try {
      return new ChatForms(config, () -> folder, file -> ProjectPaths.find(file.toString()))
          .template();
    } catch (final TemplateException e) {
      throw new TemplateException("model.chat-template: " + e.getMessage());
    }
  }

  private static String sha256(final byte[] bytes) {
    try {
      final byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest);
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns the settings of requests that name none. */
  static SamplingSettings sampling(final RunConfig config) {
    return EngineConfigs.sampling(config);
  }

  /** Makes the metadata of segments whose groups were drawn with some settings. */
  WireHeader header(final RunConfig config, final String run, final SamplingSettings settings) {
    final String estimator =
        config.credit().estimators().isEmpty() ? "" : config.credit().estimators().getFirst();
    return new WireHeader(
        run,
        new WireHeader.Model(
            runner.name(), tokenizerSha256, template == null ? "" : template.sha256()),
        "sampled",
        settings,
        new WireHeader.Credit(
            SharedTokenRule.TRAIN_ONCE,
            estimator.isEmpty() ? AdvantageKind.NONE : AdvantageKind.PER_TOKEN,
            estimator));
  }

  @Override
  public void close() {
    runner.close();
    tokenizer.close();
  }
}
