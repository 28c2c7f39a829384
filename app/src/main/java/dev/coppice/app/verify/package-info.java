/**
 * Checks run folders: every count, figure and advantage is derived again and compared.
 *
 * <p>Read in this order: {@link dev.coppice.app.verify.RunVerifier}, then TreeCheck and AdvantageCheck.
 */
package dev.coppice.app.verify;
