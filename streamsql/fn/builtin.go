package fn

import (
	"slices"
	"sync"

	"github.com/holdfast-edge/holdfast/tag"
)

// Standard returns the registry of the built-in functions as the standard
// dialect has them.
var Standard = sync.OnceValue(func() *Registry {
	r := mustRegister(nil, slices.Concat(
		mathFunctions(), lenientReals(), logarithms(), bitFunctions(), radixFunctions(), randomFunctions(),
		textFunctions(), moreTextFunctions(), sqliteFunctions(), moreSQLiteFunctions(), escapeFunctions(), regexpFunctions(), numberFormats(), printfFunctions(),
		nullFunctions(), conversionFunctions(), hashFunctions(), compressFunctions(), jsonFunctions(), jsonEdits(), jsonTexts(),
		arrayFunctions(), arraySetFunctions(), arrayFoldFunctions(), objectFunctions(), tableFunctions(),
		timeFunctions(), nowFunctions(), calendarFunctions(), sqliteTimeFunctions(), qualityFunctions(), ruleFunctions(), hitFunctions(), metaFunctions(),
		aggregateFunctions(), varianceFunctions(), percentileFunctions(), lastValueFunctions(), mergeFunctions(), concatAggregates(),
		valueByFunctions(), timeWeightedFunctions(),
		analyticFunctions(), transitionFunctions(), slopeFunctions(), alarmFunctions(), accumulators(tag.NullOf(tag.Good)),
	))
	return mustRegister(r, []*Func{arrayMap(r)})
})

// EKuiper returns the registry of the built-in functions as eKuiper has them:
// those of Standard, but for the ones that it understands differently.
var EKuiper = sync.OnceValue(func() *Registry {
	r := mustRegister(Standard(), eKuiperFunctions())
	return mustRegister(r, []*Func{arrayMap(r)})
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
