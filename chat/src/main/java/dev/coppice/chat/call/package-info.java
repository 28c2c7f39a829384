/**
 * What a template can do with a value: methods, attributes, formatting, JSON.
 *
 * <p>Read in this order: {@link dev.coppice.chat.call.Callable}, {@link
 * dev.coppice.chat.call.Attributes}, {@link dev.coppice.chat.call.JsonPrinter}.
 */
package dev.coppice.chat.call;
