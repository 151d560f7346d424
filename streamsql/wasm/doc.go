// Package wasm runs user functions: scalar functions of stream SQL that a site
// brings as WebAssembly modules.
//
//	code ── Load(digest, limits) ──▶ Module ── NewSlot ──▶ Slot ── Functions ──▶ registry of a query
//	                                                        ▲
//	                               another Module ── Swap ──┘
//
// A module sees nothing but its arguments: it may import nothing, so that it has
// no clock, file or socket. Its memory is limited, and a call that takes longer
// than its deadline is ended; a function that is ended several times in a row is
// not called any more until its module is swapped.
//
// A Slot lets queries keep the functions that they were compiled with while the
// module behind them is replaced by another version.
//
// The interface between host and module is abi.go, and for authors
// docs/reference/user-functions.md. The package has no aggregates and no state:
// what a module keeps in its memory between calls is lost with its instance.
package wasm
