package dev.coppice.worlds.mcp;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says where a server speaks streamable HTTP, and what it is sent with every request.
 *
 * <p>The query and the values of headers are where keys stand: no message shows them.
 *
 * @param url of the server; its query is sent.
 * @param headers by name, values as they are sent.
 */
public record McpAddress(URI url, Map<String, String> headers) {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final String HIDDEN = "[hidden]";

  /** Headers that the transport writes itself. */
  private static final Set<String> RESERVED =
      Set.of("accept", "connection", "content-length", "content-type", "expect", "host", "upgrade");

  /** Checks that requests can be made of it. */
  public McpAddress {
    headers = Map.copyOf(headers);
    final String scheme = String.valueOf(url.getScheme());
    if (!scheme.equals("http") && !scheme.equals("https") || url.getRawAuthority() == null) {
      throw new IllegalArgumentException("mcp: url must begin with http:// or https://");
    }
    headers.forEach(
        (name, value) -> {
          if (!NAME.matcher(name).matches()
              || RESERVED.contains(name.toLowerCase(Locale.ROOT))
              || value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f)) {
            throw new IllegalArgumentException(
                "mcp: headers: " + name + " is no header that can be set, or its value is none");
          }
        });
  }

  /**
   * Reads an address whose headers may name variables, as in {@code Bearer ${TOKEN}}.
   *
   * @param url of the server.
   * @param headers as a file has them.
   * @param variables gives the value of a variable, or null where it is not set.
   * @return the address, values filled in.
   * @throws IllegalArgumentException if a variable is not set.
   */
  static McpAddress of(
      final URI url, final Map<String, String> headers, final UnaryOperator<String> variables) {
    final Map<String, String> filled = new LinkedHashMap<>();
    headers.forEach(
        (name, text) ->
            filled.put(
                name,
                VARIABLE
                    .matcher(text)
                    .replaceAll(
                        found -> Matcher.quoteReplacement(value(found.group(1), variables)))));
    return new McpAddress(url, filled);
  }

  private static String value(final String variable, final UnaryOperator<String> variables) {
    final String value = variables.apply(variable);
    if (value == null) {
      throw new IllegalArgumentException(
          "mcp: headers name the environment variable " + variable + ", which is not set");
    }
    return value;
  }

  /** Returns scheme, host and port. */
  String origin() {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  /** Returns path and query. */
  String endpoint() {
    final String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  /** Takes what may be a key out of a text. */
  String redacted(final String text) {
    String shown = text;
    if (url.getRawQuery() != null) {
      shown = shown.replace(url.getRawQuery(), HIDDEN).replace(url.getQuery(), HIDDEN);
    }
    if (url.getRawUserInfo() != null) {
      shown = shown.replace(url.getRawUserInfo(), HIDDEN);
    }
    for (final String value : headers.values()) {
      shown = value.isEmpty() ? shown : shown.replace(value, HIDDEN);
    }
    return shown;
  }

  @Override
  public String toString() {
    return redacted(url.toString()) + " " + headers.keySet();
  }
}
