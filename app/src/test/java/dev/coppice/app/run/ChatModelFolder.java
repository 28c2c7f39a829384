package dev.coppice.app.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a model folder with a byte-level tokenizer of a few merges and a chat template. */
final class ChatModelFolder {
  static final String TEMPLATE =
      """
      {%- if tools %}<|im_start|>system
      # Tools
      {%- for tool in tools %}
      {{- '\\n' }}{{ tool | tojson }}
      {%- endfor %}<|im_end|>
      {% endif %}
      {%- for m in messages %}
      {%- if m.role == 'tool' %}<|im_start|>user
      <tool_response>
      {{ m.content }}
      </tool_response><|im_end|>
      {% else %}<|im_start|>{{ m.role }}
      {{ m.content }}
      {%- for call in m.tool_calls %}
      {%- if m.content %}{{- '\\n' }}{% endif %}<tool_call>
      {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
      </tool_call>
      {%- endfor %}<|im_end|>
      {% endif %}
      {%- endfor %}
      {%- if add_generation_prompt %}<|im_start|>assistant
      {% endif %}""";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] SPECIALS = {"<|im_start|>", "<|im_end|>"};

  private ChatModelFolder() {}

  static Path write(final Path folder, final String template) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
    final ObjectNode config = JSON.createObjectNode();
    config.put("eos_token", SPECIALS[1]);
    if (template != null) {
      config.put("chat_template", template);
    }
    Files.writeString(folder.resolve("tokenizer_config.json"), JSON.writeValueAsString(config));
    return folder;
  }

  private static String tokenizer() throws IOException {
    final ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation").putNull("padding").putNull("normalizer").putNull("post_processor");
    root.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    final ObjectNode model = root.putObject("model");
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    final ObjectNode vocabulary = model.putObject("vocab");
    int next = 256;
    for (int b = 0; b < 256; b++) {
      final boolean shown = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
      vocabulary.put(Character.toString(shown ? b : next++), vocabulary.size());
    }
    final ArrayNode merges = model.putArray("merges");
    for (final String merge : new String[] {"t o", "o l", "to ol", "d d", "a dd"}) {
      merges.add(merge);
      vocabulary.put(merge.replace(" ", ""), vocabulary.size());
    }
    final ArrayNode added = root.putArray("added_tokens");
    for (int i = 0; i < SPECIALS.length; i++) {
      added
          .addObject()
          .put("id", vocabulary.size() + i)
          .put("content", SPECIALS[i])
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    return JSON.writeValueAsString(root);
  }
}
