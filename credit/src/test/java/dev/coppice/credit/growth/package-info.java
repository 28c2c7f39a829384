/**
 * Holds the arithmetic of growing trees that the field's papers rest on.
 *
 * <p>Read in this order: {@link dev.coppice.credit.growth.SharingGain}, {@link
 * dev.coppice.credit.growth.ArpoBranching}.
 */
package dev.coppice.credit.growth;
