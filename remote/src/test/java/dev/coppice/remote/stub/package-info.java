/**
 * Servers as they behave, quirks included, over a policy of letters: what the tests of this module run
 * against.
 *
 * <p>Read in this order: {@link dev.coppice.remote.stub.StubServer}, {@link
 * dev.coppice.remote.stub.StubQuirks}, then the faces.
 */
package dev.coppice.remote.stub;
