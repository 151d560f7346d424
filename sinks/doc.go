// Package sinks is the contract between the store-and-forward actors and the
// far ends that data goes to. It holds the contract only; each far end has a
// package of its own below this one.
//
// A sink keeps nothing: what it was given and has not acknowledged is still in
// the log and will be given again, after a reconnect, a restart or a crash. So
// it has no queue on disk, no retry and no backoff of its own. It has a window:
// deliveries that are on the way and not yet acknowledged.
//
//	log ──cursor──▶ actor ──Send──▶ Writer ──▶ far end
//	      ▲                                        │
//	      └────────── done(nil) ◀── acknowledged ──┘
//
// Each row carries its tag.Identity. A sink hands it to the far end wherever
// that can hold it, as a key where the far end is idempotent.
package sinks
