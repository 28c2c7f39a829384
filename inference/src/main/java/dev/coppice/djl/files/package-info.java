/**
 * Model folders: checked readers of {@code config.json} and safetensors, and a writer.
 *
 * <p>Read in this order: {@link dev.coppice.djl.files.ModelConfig}, {@link
 * dev.coppice.djl.files.WeightFiles}, {@link dev.coppice.djl.files.SafetensorsReader}.
 */
package dev.coppice.djl.files;
