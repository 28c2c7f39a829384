/**
 * Jinja's grammar: a template's text into tokens, and tokens into a tree of records.
 *
 * <p>Read in this order: {@link dev.coppice.chat.syntax.Statement}, {@link
 * dev.coppice.chat.syntax.Expression}, {@link dev.coppice.chat.syntax.TemplateParser}, Lexer.
 */
package dev.coppice.chat.syntax;
