package wasm

import "sync/atomic"

// Usage is what the calls of a function came to since its module was loaded.
type Usage struct {
	Calls    uint64
	Failures uint64 // of them, those that gave an error
	Fuel     uint64 // instructions of all calls
	MaxFuel  uint64 // of the one that took the most
}

// MeanFuel returns the instructions of a call, on average.
func (u Usage) MeanFuel() float64 {
	if u.Calls == 0 {
		return 0
	}
	return float64(u.Fuel) / float64(u.Calls)
}

// Usage returns what a function of the module came to, nothing where it has none
// of the name.
func (m *Module) Usage(name string) Usage {
	e, ok := m.exports[name]
	if !ok {
		return Usage{}
	}
	return Usage{e.usage.calls.Load(), e.usage.failures.Load(), e.usage.fuel.Load(), e.usage.most.Load()}
}

type usage struct{ calls, failures, fuel, most atomic.Uint64 }

// add counts a call.
func (u *usage) add(fuel int64, err error) {
	u.calls.Add(1)
	if err != nil {
		u.failures.Add(1)
	}
	u.fuel.Add(uint64(fuel))
	for most := u.most.Load(); uint64(fuel) > most && !u.most.CompareAndSwap(most, uint64(fuel)); most = u.most.Load() {
	}
}
