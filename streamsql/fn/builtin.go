package fn

import (
	"slices"
	"sync"
)

// Standard returns the registry of the built-in functions as the standard
// dialect has them.
var Standard = sync.OnceValue(func() *Registry {
	return mustRegister(nil, slices.Concat(
		mathFunctions(), textFunctions(), sqliteFunctions(), qualityFunctions(), timeFunctions(), ruleFunctions(),
		aggregateFunctions(), analyticFunctions(), accumulators(), hitFunctions(), metaFunctions(), tableFunctions(), nullFunctions(),
	))
})

// EKuiper returns the registry of the built-in functions as eKuiper has them:
// those of Standard, without the ones that it understands differently.
var EKuiper = sync.OnceValue(func() *Registry {
	return mustRegister(Standard(), eKuiperFunctions())
})

// mustRegister panics where the built-in functions contradict themselves,
// which a test would have found.
func mustRegister(parent *Registry, functions []*Func) *Registry {
	r, err := NewRegistry(parent, functions...)
	if err != nil {
		panic(err)
	}
	return r
}
