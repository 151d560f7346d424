// Package crash proves the promise of the store: what was committed to the log,
// and is in no gap record, arrives. Exactly once at a receiver that keys on the
// record's identity, at least once elsewhere, each lane in order.
//
// Records with known numbers are written while the process is killed, the power
// is cut, the disk is full, or the far end fails in one way or another; what is
// left is then compared with what was promised. `make test` runs a short form,
// `make crash` a long one that writes docs/benchmarks/crash.md.
//
// The power is cut on a recording: strace writes down every system call that
// touches the disk, and disk images are made of it for moments at which only
// what was synced is sure, and of the rest any sector, torn ones, too.
package crash
