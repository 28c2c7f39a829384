/**
 * Gives every failure a category and a stable code, which {@code docs/ERRORS.md} lists.
 *
 * <p>Read in this order: {@link dev.coppice.error.ErrorCategory}, {@link
 * dev.coppice.error.ErrorCode}, {@link dev.coppice.error.Coded}, {@link
 * dev.coppice.error.CoppiceException}.
 */
package dev.coppice.error;
