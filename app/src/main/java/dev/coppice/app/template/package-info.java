/**
 * The command that prints a conversation as a model's chat template writes it.
 *
 * <p>Read in this order: {@link dev.coppice.app.template.ChatTemplateCommand}.
 */
package dev.coppice.app.template;
