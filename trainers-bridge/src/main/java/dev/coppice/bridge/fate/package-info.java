/** What became of the groups of a served run, read from its journal while an engine writes it. */
package dev.coppice.bridge.fate;
