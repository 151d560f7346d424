// Package fuel rewrites a WebAssembly module so that it counts what it does and
// stops when it has done too much.
//
//	code ── Meter ──▶ code that counts down a global of its own
//
//	host: set the global ─▶ call ─▶ read the global: what is left
//
// Two globals are appended behind those of the module, so that no index moves:
// fuel, which is exported, and the room for nested calls. The code cannot name
// them: an index beyond the module's own globals is refused.
//
//	(func …                         (func … (local i64 i32)
//	                                  fuel -= weight of this stretch; trap if < 0
//	  loop                            loop
//	                                    fuel -= weight of this stretch; trap if < 0
//	    …                               …
//	    br_if 0                         br_if 0
//	                                    fuel -= weight of this stretch
//	    memory.copy                     fuel -= octets / 16; trap if < 0; memory.copy
//	    call $f                         depth -= this frame; trap if < 0; call $f; depth += this frame
//
// A stretch is a run of instructions that is entered at its beginning only and
// run to its end; it is paid for when it is entered. What is left is looked at
// where a function or the next turn of a loop begins: without one of them, code
// ends by itself. So it may go below zero for a moment, by no more than the
// code is long, and a call that ends so has used up its fuel, too.
//
// Fuel is a count of instructions and nothing else: it is the same on every
// machine, in every run, compiled or interpreted. So is the depth of calls, which
// would otherwise end where the runtime happens to have its limit.
//
// Besides, a module is held to what a file may make the host allocate before its
// code runs: counts in it are checked against its size, locals and tables are
// limited, and sections that are not needed to run it are left out.
//
// The package knows the instructions of WebAssembly 2.0 (Core Specification 2.0,
// §5.4). A module with another one is refused, with its place. It does not
// validate more than it relies on: the runtime does.
package fuel
