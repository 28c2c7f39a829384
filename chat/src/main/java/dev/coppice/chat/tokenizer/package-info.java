/**
 * Tokenizers: text to token ids and back, as the files of a model folder say.
 *
 * <p>Read in this order: {@link dev.coppice.chat.tokenizer.ModelTokenizer}, {@link
 * dev.coppice.chat.tokenizer.TokenizerFiles}, {@link dev.coppice.chat.tokenizer.PieceBytes}.
 */
package dev.coppice.chat.tokenizer;
