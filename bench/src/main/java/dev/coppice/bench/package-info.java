/** The commands that only measure; JMH benchmarks are in the packages below, named for their subject. */
package dev.coppice.bench;
