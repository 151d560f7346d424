package gen

import (
	"math/rand/v2"

	"github.com/holdfast-edge/holdfast/tag"
)

// Gen makes texts from one seed. It is not safe for concurrent use.
type Gen struct {
	rand *rand.Rand
	// Functions may be called in expressions. New sets all of Functions();
	// a test of an engine that lacks some takes them out.
	Functions []Function
	// Special allows calls of functions of times, JSON texts and formats.
	Special bool
}

// New returns a generator that makes the same texts for the same seed.
func New(seed uint64) *Gen {
	return &Gen{rand: rand.New(rand.NewPCG(seed, 0x486f6c6466617374)), Functions: Functions(), Special: true}
}

// chance reports true once in n times.
func (g *Gen) chance(n int) bool { return g.rand.IntN(n) == 0 }

// pick returns one of the choices.
func pick[T any](g *Gen, choices ...T) T { return choices[g.rand.IntN(len(choices))] }

// between returns an integer from low to high, both included.
func (g *Gen) between(low, high int) int { return low + g.rand.IntN(high-low+1) }

// Column is a column of a table. All its values are of one kind or NULL.
type Column struct {
	Name string
	Kind tag.Kind // Int, Float, String or Bytes; Absent where it is not known
	// Wide tells that what its values give when they are added up hangs on
	// their order.
	Wide bool
}

// Table is a small table with its rows.
type Table struct {
	Name    string
	Columns []Column
	Rows    [][]tag.Value
}
