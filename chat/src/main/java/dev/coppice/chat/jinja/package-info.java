/**
 * Runs Jinja templates in a sandbox of data: no attribute leads out of it, every loop is counted.
 *
 * <p>Read in this order: {@link dev.coppice.chat.jinja.JinjaTemplate}, Renderer, Evaluator, Filters.
 */
package dev.coppice.chat.jinja;
