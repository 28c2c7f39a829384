/**
 * What it takes to run machine code of our own: what the processor has, instructions written byte
 * by byte, and memory to place them in.
 *
 * <pre>
 *   Processor (has what?)    Assembler (bytes) -> MachineCode (functions) -> MappedMemory (pages)
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.decoder.machine.Processor}, {@link
 * dev.coppice.decoder.machine.Assembler}, {@link dev.coppice.decoder.machine.MachineCode}.
 */
package dev.coppice.decoder.machine;
