package fn

import (
	"math/rand/v2"

	"github.com/google/uuid"

	"github.com/holdfast-edge/holdfast/tag"
)

// randomFunctions differ at each call; a rule that is replayed from the log
// gets other numbers than it had.
func randomFunctions() []*Func {
	return []*Func{
		{
			Name: "rand", Family: "random", Returns: Float, Fixed: Never,
			Scalar: func(*Context, []tag.Value) (tag.Value, error) { return tag.FloatOf(rand.Float64()), nil },
			Doc:    "A random number from 0 up to but without 1.",
		},
		{
			Name: "random", Family: "random", Returns: Int, Fixed: Never,
			Scalar: func(*Context, []tag.Value) (tag.Value, error) { return tag.IntOf(int64(rand.Uint64())), nil },
			Doc:    "A random whole number of 64 bits.",
		},
		{
			Name: "newuuid", Family: "random", Returns: Text, Fixed: Never,
			Scalar: func(*Context, []tag.Value) (tag.Value, error) {
				id, err := uuid.NewRandom()
				return tag.StringOf(id.String()), err
			},
			Doc: "A new random UUID (RFC 9562, version 4).",
		},
	}
}
