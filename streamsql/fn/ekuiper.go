package fn

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// eKuiperFunctions are those that eKuiper's users rely on and that Standard
// understands differently or, because SQLite has a better word for it, not at
// all. docs/reference/compatibility.md tells users about them.
func eKuiperFunctions() []*Func {
	return slices.Concat(
		eKuiperMath(), eKuiperText(), eKuiperConversions(), eKuiperAggregates(),
		accumulators(tag.FloatOf(0)),
	)
}
