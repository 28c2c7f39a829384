/**
 * Holds the build's laws: sizes, names, documentation and who may import whom.
 *
 * <p>Read in this order: {@link dev.coppice.bench.tidy.TidyTest}, {@link
 * dev.coppice.bench.tidy.ImportLaw}, {@link dev.coppice.bench.tidy.TypeLaws}, {@link
 * dev.coppice.bench.tidy.DocumentLaws}, {@link dev.coppice.bench.tidy.Kept}, {@link
 * dev.coppice.bench.tidy.JavaSource}.
 */
package dev.coppice.bench.tidy;
