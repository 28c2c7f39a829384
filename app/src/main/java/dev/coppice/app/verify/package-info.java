/**
 * Checks run folders: every count, figure and advantage is derived again from the traces,
 * and the traces from the journal.
 *
 * <p>Read in this order: {@link dev.coppice.app.verify.RunVerifier}, then TreeCheck, AdvantageCheck
 * and JournalCheck.
 */
package dev.coppice.app.verify;
