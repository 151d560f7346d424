package wasm

import "time"

// Limits is what a module may take. The zero value of each field means its
// default.
type Limits struct {
	Memory    int           // octets of one instance, rounded up to 64 KiB (16 MiB)
	Deadline  time.Duration // of one call (100 ms)
	Strikes   int           // calls in a row that end by deadline before a module is not called any more (3)
	Instances int           // calls at the same time; more wait (4)
}

// pageSize is WebAssembly's unit of memory.
const pageSize = 64 << 10

func (l Limits) withDefaults() Limits {
	if l.Memory <= 0 {
		l.Memory = 16 << 20
	}
	if l.Deadline <= 0 {
		l.Deadline = 100 * time.Millisecond
	}
	if l.Strikes <= 0 {
		l.Strikes = 3
	}
	if l.Instances <= 0 {
		l.Instances = 4
	}
	return l
}

// pages returns the limit of memory in pages, at most the 4 GiB of WebAssembly.
func (l Limits) pages() uint32 {
	return uint32(min((int64(l.Memory)+pageSize-1)/pageSize, 65536))
}
