/** The documents that the explorer's page asks for, each made from run folders when it is asked. */
package dev.coppice.app.explorer.shown;
