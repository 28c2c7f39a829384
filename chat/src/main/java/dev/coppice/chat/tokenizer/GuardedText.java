package dev.coppice.chat.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Keeps text that spells special tokens text: a tool's answer must not end a turn or begin a message.
 *
 * <p>Such a spelling is marked where the text comes in, and encoded by the same tokenizer without its
 * special tokens. Text beside it is encoded as ever.
 *
 * <pre>
 *   &lt;tool_response&gt;see &lt;MARK|im_end|&gt; there&lt;/tool_response&gt;
 *   '---- as ever ----''-- as text ---''------ as ever ------'
 * </pre>
 *
 * @thread any.
 */
final class GuardedText implements AutoCloseable {
  /** Stands behind the first character of a spelling; no text may hold this noncharacter. */
  static final char MARK = '\ufdd0';

  private final HuggingFaceTokenizer whole;
  private final Supplier<HuggingFaceTokenizer> opener;
  private HuggingFaceTokenizer plain;
  private final Pattern spellings;
  private final Pattern marked;
  private final Set<Integer> ids;

  private GuardedText(
      final HuggingFaceTokenizer whole,
      final Supplier<HuggingFaceTokenizer> opener,
      final List<String> special,
      final Set<Integer> ids) {
    this.whole = whole;
    this.opener = opener;
    this.ids = ids;
    this.spellings = any(special);
    this.marked =
        any(special.stream().map(text -> text.charAt(0) + "" + MARK + text.substring(1)).toList());
  }

  private static Pattern any(final List<String> texts) {
    return Pattern.compile(texts.stream().map(Pattern::quote).collect(Collectors.joining("|")));
  }

  /**
   * Prepares the special tokens of a tokenizer.
   *
   * @param root of {@code tokenizer.json}; not kept.
   * @param whole the tokenizer.
   * @param without opens it once more from a document, when first needed.
   * @param again reads {@code tokenizer.json} again.
   * @return the guard, or null where there are no special tokens.
   */
  static GuardedText of(
      final JsonNode root,
      final HuggingFaceTokenizer whole,
      final Function<byte[], HuggingFaceTokenizer> without,
      final Supplier<JsonNode> again) {
    final List<String> special = new ArrayList<>();
    final Set<Integer> ids = new HashSet<>();
    for (final JsonNode token : root.path("added_tokens")) {
      if (isSpecial(token)) {
        special.add(token.path("content").asText());
        ids.add(token.path("id").asInt());
      }
    }
    if (special.isEmpty()) {
      return null;
    }
    special.sort(Comparator.comparingInt(String::length).reversed());
    final Supplier<HuggingFaceTokenizer> opener = () -> without.apply(stripped(again.get()));
    return new GuardedText(whole, opener, special, ids);
  }

  /** Marks of calls and thoughts are added without a flag; so are runs of blanks, which are text. */
  private static boolean isSpecial(final JsonNode token) {
    return !token.path("content").asText().isBlank();
  }

  private static byte[] stripped(final JsonNode root) {
    final ObjectNode without = root.deepCopy();
    final ArrayNode kept = without.putArray("added_tokens");
    for (final JsonNode token : root.path("added_tokens")) {
      if (!isSpecial(token)) {
        kept.add(token);
      }
    }
    without.putNull("post_processor"); // It may name tokens that are gone; nothing is added anyway.
    return without.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Marks the spellings in a text. */
  String mark(final String text) {
    final String free = text.indexOf(MARK) < 0 ? text : text.replace(MARK, '\ufffd');
    return spellings
        .matcher(free)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group().charAt(0) + "" + MARK + found.group().substring(1)));
  }

  /** Encodes a text with marked spellings. */
  int[] encode(final String text) {
    final Matcher matcher = marked.matcher(text);
    IntStream tokens = IntStream.empty();
    int at = 0;
    while (matcher.find()) {
      final String before = text.substring(at, matcher.start());
      final String spelling = matcher.group().replace(String.valueOf(MARK), "");
      tokens = IntStream.concat(tokens, IntStream.of(ModelTokenizer.encoded(whole, before)));
      tokens = IntStream.concat(tokens, IntStream.of(asText(spelling)));
      at = matcher.end();
    }
    final String rest = text.substring(at).replace(String.valueOf(MARK), "");
    return IntStream.concat(tokens, IntStream.of(ModelTokenizer.encoded(whole, rest))).toArray();
  }

  /** Where the vocabulary itself gives the spelling one token, its characters are encoded apart. */
  private int[] asText(final String spelling) {
    final HuggingFaceTokenizer plain = plain();
    final int[] tokens = ModelTokenizer.encoded(plain, spelling);
    if (IntStream.of(tokens).noneMatch(ids::contains)) {
      return tokens;
    }
    return spelling
        .codePoints()
        .mapToObj(Character::toString)
        .flatMapToInt(letter -> IntStream.of(ModelTokenizer.encoded(plain, letter)))
        .toArray();
  }

  private synchronized HuggingFaceTokenizer plain() {
    if (plain == null) {
      plain = opener.get();
    }
    return plain;
  }

  @Override
  public synchronized void close() {
    if (plain != null) {
      plain.close();
    }
  }
}
