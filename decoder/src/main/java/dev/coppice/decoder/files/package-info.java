/**
 * Model folders: checked readers of {@code config.json} and safetensors, and a writer.
 *
 * <p>Read in this order: {@link dev.coppice.decoder.files.ModelConfig}, {@link
 * dev.coppice.decoder.files.WeightFiles}, {@link dev.coppice.decoder.files.SafetensorsReader}.
 */
package dev.coppice.decoder.files;
