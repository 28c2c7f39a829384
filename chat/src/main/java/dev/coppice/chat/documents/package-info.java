/**
 * The documents of a model, whether it lies in a folder or in a GGUF file.
 *
 * <p>Read {@link dev.coppice.chat.documents.ModelDocuments}.
 */
package dev.coppice.chat.documents;
