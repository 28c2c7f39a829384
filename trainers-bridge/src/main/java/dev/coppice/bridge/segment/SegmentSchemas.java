package dev.coppice.bridge.segment;

import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import dev.coppice.trajectory.SpanKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Names the columns and the metadata of segment files.
 *
 * <p>Kinds and statuses are codes; the metadata spells the names of the codes out in their order,
 * so that a file explains itself.
 */
final class SegmentSchemas {
  /** The column of draws, in every table. */
  static final String DRAWS = "draws";

  /** The columns of kept ids, where the header has them told. */
  static final String KEPT = "kept";

  static final String KEPT_COUNTS = "kept_counts";

  private static final ArrowType INT8 = new ArrowType.Int(8, true);
  private static final ArrowType INT16 = new ArrowType.Int(16, true);
  private static final ArrowType INT32 = new ArrowType.Int(32, true);
  private static final ArrowType INT64 = new ArrowType.Int(64, true);
  private static final ArrowType FLOAT32 =
      new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
  private static final ArrowType UTF8 = new ArrowType.Utf8();

  private SegmentSchemas() {}

  static Schema nodes(final WireHeader header) {
    return schema(
        header,
        "nodes",
        List.of(
            plain("group", INT64),
            plain("node", INT32),
            plain("parent", INT32),
            plain("start_pos", INT32),
            plain("turn", INT16),
            plain("kind", INT8),
            list("tokens", false, plain("item", INT32)),
            list("logprobs", false, plain("item", FLOAT32)),
            list("loss_mask", false, plain("item", INT8)),
            list("advantages", true, plain("item", FLOAT32)),
            plain("multiplicity", INT32),
            plain("path_weight", FLOAT32),
            versionRuns(),
            plain("kv_version", INT32),
            plain("cached_tokens", INT32),
            spans(),
            plain("tree", INT32),
            plain("source", INT32),
            plain(DRAWS, INT32),
            plain("tree_draws", INT32),
            list("provenance", false, plain("item", UTF8))));
  }

  private static Schema schema(
      final WireHeader header, final String table, final List<Field> columns) {
    final List<Field> all = new ArrayList<>(columns);
    if (header.drawable() != null) {
      all.add(list(KEPT, false, plain("item", INT32)));
      all.add(list(KEPT_COUNTS, false, plain("item", INT32)));
    }
    return new Schema(all, metadata(header, table));
  }

  static Schema leaves(final WireHeader header) {
    return new Schema(
        List.of(
            plain("group", INT64),
            plain("leaf", INT32),
            plain("node", INT32),
            plain("rollout", INT64),
            nullable("reward", FLOAT32),
            components(),
            plain("status", INT8),
            plain("stop", UTF8),
            plain("weight", FLOAT32),
            nullable("advantage", FLOAT32),
            plain("tree", INT32),
            plain("group_name", UTF8),
            plain(DRAWS, INT32)),
        metadata(header, "leaves"));
  }

  static Schema flat(final WireHeader header) {
    return schema(
        header,
        "flat",
        List.of(
            plain("group", INT64),
            plain("rollout", INT64),
            plain("leaf", INT32),
            list("tokens", false, plain("item", INT32)),
            plain("prompt_len", INT32),
            list("loss_mask", false, plain("item", INT8)),
            list("logprobs", false, plain("item", FLOAT32)),
            list("advantages", true, plain("item", FLOAT32)),
            versionRuns(),
            spans(),
            nullable("reward", FLOAT32),
            components(),
            plain("status", INT8),
            plain("stop", UTF8),
            plain("weight", FLOAT32),
            nullable("advantage", FLOAT32),
            plain("tree", INT32),
            plain("group_name", UTF8),
            plain(DRAWS, INT32),
            marks()));
  }

  private static Field versionRuns() {
    return list(
        "version_runs", false, struct("item", plain("version", INT32), plain("length", INT32)));
  }

  private static Field spans() {
    return list(
        "spans",
        false,
        struct(
            "item",
            plain("start", INT32),
            plain("length", INT32),
            plain("kind", INT8),
            plain("call", INT32)));
  }

  private static Field marks() {
    return list(
        "marks",
        false,
        struct("item", plain("start", INT32), plain("length", INT32), plain("mark", INT8)));
  }

  private static Field components() {
    return new Field(
        "components",
        FieldType.notNullable(new ArrowType.Map(false)),
        List.of(struct("entries", plain("key", UTF8), nullable("value", FLOAT32))));
  }

  private static Field plain(final String name, final ArrowType type) {
    return new Field(name, FieldType.notNullable(type), null);
  }

  private static Field nullable(final String name, final ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  private static Field struct(final String name, final Field... fields) {
    return new Field(name, FieldType.notNullable(new ArrowType.Struct()), List.of(fields));
  }

  private static Field list(final String name, final boolean nullable, final Field item) {
    return new Field(name, new FieldType(nullable, new ArrowType.List(), null), List.of(item));
  }

  private static Map<String, String> metadata(final WireHeader header, final String table) {
    final Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format_version", WireHeader.FORMAT_VERSION);
    metadata.put("table", table);
    metadata.put("run", header.run());
    metadata.put("model", header.model().name());
    metadata.put("tokenizer_sha256", header.model().tokenizerSha256());
    metadata.put("chat_template_sha256", header.model().chatTemplateSha256());
    metadata.put("logprob_mode", header.logprobMode());
    metadata.put("temperature", Double.toString(header.sampling().temperature()));
    metadata.put("top_p", Double.toString(header.sampling().topP()));
    metadata.put("top_k", Integer.toString(header.sampling().topK()));
    metadata.put("min_p", Double.toString(header.sampling().minP()));
    if (header.sampling().rules().changeAnything()) {
      putRules(metadata, header.sampling().rules());
    }
    if (header.drawable() != null) {
      metadata.put("vocabulary_size", Integer.toString(header.drawable().vocabularySize()));
      metadata.put("holes", joined(header.drawable().holes()));
    }
    metadata.put("shared_token_rule", header.credit().rule().wireName());
    metadata.put("advantage_kind", header.credit().kind().wireName());
    metadata.put("estimator", header.credit().estimator());
    metadata.put("node_kinds", nodeKinds());
    metadata.put("span_kinds", spanKinds());
    metadata.put("statuses", statuses());
    metadata.put("marks", marks(NodeMark.values()));
    return metadata;
  }

  private static void putRules(final Map<String, String> metadata, final LogitRules rules) {
    metadata.put("repetition_penalty", Double.toString(rules.repetition()));
    metadata.put("presence_penalty", Double.toString(rules.presence()));
    metadata.put("frequency_penalty", Double.toString(rules.frequency()));
    metadata.put("min_new_tokens", Integer.toString(rules.minNewTokens()));
    final StringJoiner bias = new StringJoiner(",");
    rules.bias().forEach((token, value) -> bias.add(token + ":" + value));
    metadata.put("logit_bias", bias.toString());
  }

  private static LogitRules rules(final Map<String, String> metadata) {
    if (!metadata.containsKey("repetition_penalty")) {
      return LogitRules.NONE;
    }
    final Map<Integer, Double> bias = new TreeMap<>();
    for (final String entry : metadata.get("logit_bias").split(",")) {
      if (!entry.isEmpty()) {
        final int colon = entry.indexOf(':');
        bias.put(
            Integer.parseInt(entry.substring(0, colon)),
            Double.parseDouble(entry.substring(colon + 1)));
      }
    }
    return new LogitRules(
        Double.parseDouble(metadata.get("repetition_penalty")),
        Double.parseDouble(metadata.get("presence_penalty")),
        Double.parseDouble(metadata.get("frequency_penalty")),
        bias,
        Integer.parseInt(metadata.get("min_new_tokens")));
  }

  private static WireHeader.Drawable drawable(final Map<String, String> metadata) {
    if (!metadata.containsKey("vocabulary_size")) {
      return null;
    }
    final List<Integer> holes = new ArrayList<>();
    for (final String hole : metadata.get("holes").split(",")) {
      if (!hole.isEmpty()) {
        holes.add(Integer.parseInt(hole));
      }
    }
    return new WireHeader.Drawable(Integer.parseInt(metadata.get("vocabulary_size")), holes);
  }

  private static String joined(final List<Integer> numbers) {
    final StringJoiner text = new StringJoiner(",");
    numbers.forEach(number -> text.add(Integer.toString(number)));
    return text.toString();
  }

  private static String nodeKinds() {
    final StringJoiner names = new StringJoiner(",");
    for (final NodeKind kind : NodeKind.values()) {
      names.add(kind.wireName());
    }
    return names.toString();
  }

  private static String spanKinds() {
    final StringJoiner names = new StringJoiner(",");
    for (final SpanKind kind : SpanKind.values()) {
      names.add(kind.wireName());
    }
    return names.toString();
  }

  private static String statuses() {
    final StringJoiner names = new StringJoiner(",");
    for (final LeafStatus status : LeafStatus.values()) {
      names.add(status.wireName());
    }
    return names.toString();
  }

  private static String marks(final NodeMark[] marks) {
    final StringJoiner names = new StringJoiner(",");
    for (final NodeMark mark : marks) {
      names.add(mark.wireName());
    }
    return names.toString();
  }

  /**
   * Checks that this build knows the version of some rows.
   *
   * @return whether the rows know draws and marks; those of the version before do not.
   * @throws IllegalArgumentException if it is another version.
   */
  static boolean knowsDraws(final Map<String, String> metadata) {
    final String version = metadata.get("format_version");
    if (!WireHeader.FORMAT_VERSION.equals(version) && !WireHeader.FORMAT_ONE_DRAW.equals(version)) {
      throw new IllegalArgumentException(
          "has format "
              + version
              + "; this build reads "
              + WireHeader.FORMAT_ONE_DRAW
              + " and "
              + WireHeader.FORMAT_VERSION);
    }
    return WireHeader.FORMAT_VERSION.equals(version);
  }

  /** Reads the metadata back. */
  static WireHeader header(final Map<String, String> metadata) {
    return new WireHeader(
        metadata.get("run"),
        new WireHeader.Model(
            metadata.get("model"),
            metadata.get("tokenizer_sha256"),
            metadata.get("chat_template_sha256")),
        metadata.get("logprob_mode"),
        new SamplingSettings(
            Double.parseDouble(metadata.get("temperature")),
            Double.parseDouble(metadata.get("top_p")),
            Integer.parseInt(metadata.get("top_k")),
            Double.parseDouble(metadata.get("min_p")),
            rules(metadata)),
        new WireHeader.Credit(
            SharedTokenRule.ofWireName(metadata.get("shared_token_rule")),
            AdvantageKind.ofWireName(metadata.get("advantage_kind")),
            metadata.get("estimator")),
        drawable(metadata));
  }
}
