/** Opens models by the names of their engines: the one place of this module that knows of runners. */
package dev.coppice.app.runner;
