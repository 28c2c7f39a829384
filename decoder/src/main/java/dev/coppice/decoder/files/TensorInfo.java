package dev.coppice.decoder.files;

/**
 * Describes one tensor of a safetensors file.
 *
 * @param name of the tensor.
 * @param type of its numbers.
 * @param shape outermost dimension first.
 * @param begin of its bytes, counted from the end of the header.
 * @param end of its bytes, exclusive.
 */
record TensorInfo(String name, TensorType type, long[] shape, long begin, long end) {
  /**
   * Returns the number of elements.
   *
   * @return the product of the shape.
   */
  long size() {
    return (end - begin) / type.bytes();
  }
}
