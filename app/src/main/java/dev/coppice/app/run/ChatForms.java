package dev.coppice.app.run;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.chat.ChatForm;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.environment.Conversation;
import dev.coppice.environments.world.CallFormat;
import dev.coppice.inference.Tokenizer;
import java.nio.file.Path;

/** Finds what writes the conversations of a run. */
public final class ChatForms {
  private static final String NONE = "none";
  private static final String AUTO = "auto";

  private ChatForms() {}

  /**
   * Opens the chat template a configuration names.
   *
   * @param config of the run.
   * @return the form of its conversations, or null where prompts are plain text.
   * @throws ConfigException if there is no such template, or it cannot be used.
   */
  public static Conversation.Form of(final RunConfig config) {
    final String name = config.model().chatTemplate();
    if (name.equals(NONE)) {
      if (!config.task().system().isEmpty()) {
        throw new ConfigException(
            "task.system needs conversations: set model.chat-template to auto or a file");
      }
      return null;
    }
    try (Tokenizer tokenizer = Workbench.tokenizer(config)) {
      return new ChatForm(
          template(config), tokenizer, CallFormat.BARE_RESULTS.dialect(), config.task().system());
    } catch (final TemplateException e) {
      throw new ConfigException("model.chat-template = \"" + name + "\": " + e.getMessage());
    }
  }

  /** Reads the template; auto is the model folder's. */
  static ChatTemplate template(final RunConfig config) {
    final Path folder = ProjectPaths.modelFolder(config.model().path());
    final String name = config.model().chatTemplate();
    return name.equals(AUTO)
        ? ChatTemplate.open(folder, "default")
        : ChatTemplate.open(ProjectPaths.find(name), folder);
  }

  /** Whether a configuration asks for conversations. */
  static boolean wanted(final RunConfig config) {
    return !config.model().chatTemplate().equals(NONE);
  }
}
