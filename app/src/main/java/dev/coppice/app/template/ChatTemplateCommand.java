package dev.coppice.app.template;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.chat.ChatRequest;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.ChatValues;
import dev.coppice.chat.value.TemplateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Renders a conversation by a model's chat template. */
@Command(
    name = "chat-template",
    mixinStandardHelpOptions = true,
    description = "Prints a conversation as the model's chat template writes it, byte for byte.")
public final class ChatTemplateCommand implements Callable<Integer> {
  private static final int DONE = 0;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model folder in Hugging Face's layout.")
  private String model;

  @Option(
      names = "--messages",
      required = true,
      paramLabel = "FILE.json",
      description = "File with one JSON array of messages, each with role and content.")
  private Path messages;

  @Option(
      names = "--tools",
      paramLabel = "FILE.json",
      description = "File with one JSON array of tool schemas.")
  private Path tools;

  @Option(
      names = "--documents",
      paramLabel = "FILE.json",
      description = "File with one JSON array of documents.")
  private Path documents;

  @Option(names = "--generation-prompt", description = "End where the model begins to answer.")
  private boolean generationPrompt;

  @Option(
      names = "--continue-final-message",
      description = "End inside the last message, for the model to continue.")
  private boolean continueFinalMessage;

  @Option(
      names = "--template",
      defaultValue = "default",
      description = "Name of the template where the model has several.")
  private String name;

  @Option(
      names = "--set",
      paramLabel = "KEY=JSON",
      description = "Option of the template, such as enable_thinking=false; may be repeated.")
  private Map<String, String> options = new LinkedHashMap<>();

  /** Made by picocli. */
  public ChatTemplateCommand() {}

  @Override
  public Integer call() {
    final ChatRequest request =
        new ChatRequest(
            conversation(),
            list(tools),
            list(documents),
            generationPrompt,
            continueFinalMessage,
            options());
    final ChatTemplate template = ChatTemplate.open(ProjectPaths.model(model), name);
    final byte[] text = template.render(request).getBytes(StandardCharsets.UTF_8);
    System.out.write(text, 0, text.length);
    System.out.flush();
    return DONE;
  }

  private List<Map<String, Object>> conversation() {
    final List<Map<String, Object>> conversation = new ArrayList<>();
    for (final Object message : list(messages)) {
      if (!(message instanceof Map<?, ?> map)) {
        throw new ConfigException(messages + " must hold objects: " + message);
      }
      final Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(String.valueOf(key), value));
      conversation.add(copy);
    }
    return conversation;
  }

  private Map<String, Object> options() {
    final Map<String, Object> values = new LinkedHashMap<>();
    options.forEach((key, text) -> values.put(key, json(text, "--set " + key)));
    return values;
  }

  private static List<Object> list(final Path file) {
    if (file == null) {
      return null;
    }
    if (!Files.isRegularFile(file)) {
      throw new ConfigException("no such file: " + file);
    }
    try {
      final Object value = json(Files.readString(file), file.toString());
      if (value instanceof List<?> items) {
        return new ArrayList<>(items);
      }
    } catch (final IOException e) {
      throw new ConfigException(file + " cannot be read: " + e.getMessage());
    }
    throw new ConfigException(file + " must hold one JSON array");
  }

  private static Object json(final String text, final String place) {
    try {
      return ChatValues.json(text);
    } catch (final TemplateException e) {
      throw new ConfigException(place + ": " + e.getMessage());
    }
  }
}
