package dev.coppice.chat.jinja;

import dev.coppice.chat.syntax.Statement;
import dev.coppice.chat.syntax.TemplateParser;
import dev.coppice.chat.value.TemplateException;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Renders one template as Jinja2 does in the environment of transformers: {@code trim_blocks},
 * {@code lstrip_blocks}, loop controls, no escaping, immutable sandbox.
 *
 * @thread any; immutable.
 * @source jinja2 3.1.6; transformers, chat_template_utils.
 */
public final class JinjaTemplate {
  private final List<Statement> body;
  private final RenderLimits limits;

  private JinjaTemplate(final List<Statement> body, final RenderLimits limits) {
    this.body = body;
    this.limits = limits;
  }

  /**
   * Reads a template.
   *
   * @param source of it.
   * @param limits of its rendering.
   * @return the template.
   * @throws TemplateException naming the line of the first mistake.
   */
  public static JinjaTemplate parse(final String source, final RenderLimits limits) {
    if (source.length() > limits.templateChars()) {
      throw new TemplateException(
          "the template is too long: chars=%d limit=%d"
              .formatted(source.length(), limits.templateChars()));
    }
    return new JinjaTemplate(TemplateParser.parse(source), limits);
  }

  /**
   * Renders the template.
   *
   * @param variables it sees, of the types of package value.
   * @param now the time {@code strftime_now} tells.
   * @return the text.
   * @throws TemplateException if the template refuses the input, fails or reaches a limit.
   */
  public String render(final Map<String, Object> variables, final Supplier<LocalDateTime> now) {
    final Map<String, Object> all = new HashMap<>(Globals.all(now));
    all.putAll(variables);
    final Renderer renderer = new Renderer(new Meter(limits));
    try {
      return renderer.render(body, new Scope(new Scope(all)));
    } catch (final StackOverflowError e) {
      throw new TemplateException("values or calls are nested too deeply");
    }
  }
}
