package wasm

// Limits is what a module may take. The zero value of each field means its
// default.
type Limits struct {
	Memory    int   // octets of one instance, rounded up to 64 KiB (16 MiB)
	Fuel      int64 // instructions of one call (10 million)
	Instances int   // calls at the same time; more wait (4)
}

// DefaultFuel is what a call may use where nothing else is said: some 10 ms of
// compiled code.
const DefaultFuel = 10_000_000

// pageSize is WebAssembly's unit of memory.
const pageSize = 64 << 10

func (l Limits) withDefaults() Limits {
	if l.Memory <= 0 {
		l.Memory = 16 << 20
	}
	if l.Fuel <= 0 {
		l.Fuel = DefaultFuel
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

// elements returns the limit of the entries of tables: they take half as much
// again as the memory at most.
func (l Limits) elements() uint32 {
	return uint32(min(int64(l.Memory)/16, 1<<27))
}

// start returns the fuel with which an instance starts and describes itself. The
// runtime of a language does much before a function is called.
func (l Limits) start() int64 { return max(10*l.Fuel, 100_000_000) }
