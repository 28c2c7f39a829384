package dev.coppice.app.mode;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.chat.ChatForm;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.environments.Environments;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.episode.Conversation;
import dev.coppice.model.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Finds what writes the conversations of a run.
 *
 * @param config of the run.
 * @param folder of the model, asked for only where its template may be needed.
 * @param files finds a file that the configuration names.
 */
public record ChatForms(RunConfig config, Supplier<Path> folder, UnaryOperator<Path> files) {
  private static final String NONE = "none";
  private static final String AUTO = "auto";
  private static final String USUAL = "";

  /**
   * Says whether prompts are conversations; a script of solutions knows a template only if told.
   *
   * @return whether the configuration names a chat template, or the model has one.
   */
  public boolean wanted() {
    final String name = config.model().chatTemplate();
    return name.equals(USUAL)
        ? config.model().policy().equals("model")
            && Environments.hasText(config.task().environment())
            && !ChatTemplate.sha256(folder.get()).isEmpty()
        : !name.equals(NONE);
  }

  /**
   * Refuses messages where nothing would write them.
   *
   * @throws ConfigException if there are any.
   */
  public void requireNoMessages() {
    final RunConfig.TaskSet task = config.task();
    if (!task.system().isEmpty() || !task.fewShot().isEmpty()) {
      throw new ConfigException(
          "task.system and task.few-shot need conversations, and the model brings no chat template"
              + " or may not use it: set model.chat-template to auto or a file");
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
      final UnaryOperator<CallFormat> calls = CallDialects.of(config, this);
      final CallFormat format =
          calls == null ? CallFormat.BARE_RESULTS : calls.apply(CallFormat.BARE_RESULTS);
      return new ChatForm(template(), tokenizer, format.dialect(), opening());
    } catch (final TemplateException e) {
      throw new TemplateException(
          (config.model().chatTemplate().equals(USUAL)
                  ? "the model's own chat template (model.chat-template = \"none\" does without): "
                  : "model.chat-template = \"" + config.model().chatTemplate() + "\": ")
              + e.getMessage());
    }
  }

  private List<Map<String, Object>> opening() {
    final List<Map<String, Object>> messages = new ArrayList<>();
    if (!config.task().system().isEmpty()) {
      messages.add(Map.of("role", "system", "content", config.task().system()));
    }
    final List<String> examples = config.task().fewShot();
    for (int i = 0; i < examples.size(); i++) {
      messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", examples.get(i)));
    }
    return messages;
  }

  /**
   * Reads the template; {@code auto} is the model folder's.
   *
   * @return the template.
   * @throws TemplateException if there is none, or a defective one.
   */
  public ChatTemplate template() {
    final String name = config.model().chatTemplate();
    return name.equals(AUTO) || name.equals(USUAL)
        ? ChatTemplate.open(folder.get(), "default")
        : ChatTemplate.open(files.apply(Path.of(name)), folder.get());
  }
}
