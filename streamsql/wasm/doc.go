// Package wasm runs user functions: scalar functions of stream SQL that a site
// brings as WebAssembly modules.
//
//	code ── Load(digest, limits) ──▶ Module ── NewSlot ──▶ Slot ── Functions ──▶ registry of a query
//	                                                        ▲
//	                               another Module ── Swap ──┘
//
// A module sees nothing but its arguments: it may import nothing but functions of
// WASI, which show it nothing, so that it has no time, file or socket. Its memory
// is limited, and so are the instructions of a call: package fuel has the module
// count them. A call that takes more fails at the same instruction on every
// machine; the next one is made in another instance, as if nothing had been.
//
// A Slot lets queries keep the functions that they were compiled with while the
// module behind them is replaced by another version.
//
// The interface between host and module is abi.go, and for authors
// docs/user-functions.md. The package has no aggregates and no state: what a
// module keeps in its memory between calls is lost with its instance.
package wasm
