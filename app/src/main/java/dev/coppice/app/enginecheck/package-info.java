/** The command that says what a server of models is good for. */
package dev.coppice.app.enginecheck;
