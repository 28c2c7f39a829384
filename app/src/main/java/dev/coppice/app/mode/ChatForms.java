package dev.coppice.app.mode;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.chat.ChatForm;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.episode.Conversation;
import dev.coppice.model.Tokenizer;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Finds what writes the conversations of a run.
 *
 * @param config of the run.
 * @param folder of the model.
 * @param files finds a file that the configuration names.
 */
public record ChatForms(RunConfig config, Path folder, UnaryOperator<Path> files) {
  private static final String NONE = "none";
  private static final String AUTO = "auto";

  /**
   * Says whether prompts are conversations.
   *
   * @param config of a run.
   * @return whether it names a chat template.
   */
  public static boolean wanted(final RunConfig config) {
    return !config.model().chatTemplate().equals(NONE);
  }

  /**
   * Refuses a system message where nothing would write it.
   *
   * @param config of a run without conversations.
   * @throws ConfigException if it has one.
   */
  public static void requireNoSystem(final RunConfig config) {
    if (!config.task().system().isEmpty()) {
      throw new ConfigException(
          "task.system needs conversations: set model.chat-template to auto or a file");
    }
  }

  /**
   * Binds the template to the model's tokenizer.
   *
   * @param tokenizer of the model; not kept.
   * @return the form of the run's conversations.
   * @throws TemplateException if there is no such template, or it cannot be used.
   */
  public Conversation.Form form(final Tokenizer tokenizer) {
    try {
      return new ChatForm(
          template(), tokenizer, CallFormat.BARE_RESULTS.dialect(), config.task().system());
    } catch (final TemplateException e) {
      throw new TemplateException(
          "model.chat-template = \"" + config.model().chatTemplate() + "\": " + e.getMessage());
    }
  }

  /**
   * Reads the template; {@code auto} is the model folder's.
   *
   * @return the template.
   * @throws TemplateException if there is none, or a defective one.
   */
  public ChatTemplate template() {
    final String name = config.model().chatTemplate();
    return name.equals(AUTO)
        ? ChatTemplate.open(folder, "default")
        : ChatTemplate.open(files.apply(Path.of(name)), folder);
  }
}
