/**
 * Chat templates: conversations into the text a model was trained on, byte for byte.
 *
 * <p>Read in this order: {@link dev.coppice.chat.ChatRequest}, {@link
 * dev.coppice.chat.ChatTemplate}, {@link dev.coppice.chat.ChatSession}, {@link
 * dev.coppice.chat.ChatForm}.
 */
package dev.coppice.chat;
