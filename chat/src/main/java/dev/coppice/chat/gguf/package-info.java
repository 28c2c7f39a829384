/**
 * GGUF files: a header checked as a whole, and the documents of a model folder that it stands for.
 *
 * <p>Read in this order: {@link dev.coppice.chat.gguf.GgufFile}, {@link
 * dev.coppice.chat.gguf.GgufMetadata}, {@link dev.coppice.chat.gguf.GgufTokenizer}.
 */
package dev.coppice.chat.gguf;
