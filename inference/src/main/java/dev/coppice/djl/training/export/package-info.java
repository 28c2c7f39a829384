/**
 * Writes a trained policy as a Hugging Face folder.
 *
 * <p>Read in this order: {@link dev.coppice.djl.training.export.HuggingFaceExport}, {@code
 * SafetensorsWriter}.
 */
package dev.coppice.djl.training.export;
