/**
 * What can be named, and what a plug is compiled against.
 *
 * <p>Read in this order: {@link dev.coppice.app.list.ListCommand}, {@link
 * dev.coppice.app.list.ClasspathCommand}.
 */
package dev.coppice.app.list;
