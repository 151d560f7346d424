package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// What one call may make, so that no row can take the memory of the node.
const (
	maxOctets   = 4 << 20  // of a text or a blob
	maxElements = 1 << 16  // of an array
	maxNested   = 16 << 20 // octets of an array or an object with all that it holds
	maxRanked   = 2 << 20  // numbers that a rank is found among: more than a sliding window has rows
)

// atMost is the error of a result that would be larger than it may be.
func atMost(size, limit int64, of string) error {
	if size <= limit {
		return nil
	}
	return fmt.Errorf("the result has %d %s: at most %d are allowed", size, of, limit)
}

// Bounded returns an error for a value that is larger than what an expression makes
// may be: what is made of it, and of that, would have no end.
func Bounded(v tag.Value) error {
	switch v.Kind() {
	case tag.String:
		return atMost(int64(len(v.Str())), maxOctets, "octets")
	case tag.Bytes:
		return atMost(int64(len(v.Bytes())), maxOctets, "octets")
	case tag.Array, tag.ObjectKind:
		return atMost(int64(value.Size(v, maxNested)), maxNested, "octets or more")
	default:
		return nil
	}
}

// gathering counts the octets of the values that an aggregate keeps.
type gathering struct{ octets int }

// take counts a value, unless that would be too much.
func (g *gathering) take(v tag.Value) error {
	size := value.Size(v, maxNested)
	if err := atMost(int64(g.octets)+int64(size), maxNested, "octets or more"); err != nil {
		return err
	}
	g.octets += size
	return nil
}

// leave takes a value off that was counted.
func (g *gathering) leave(v tag.Value) { g.octets -= value.Size(v, maxNested) }

// countedAgain counts values that are kept already, however many they are.
func countedAgain(values []tag.Value) (g gathering) {
	for _, v := range values {
		g.octets += value.Size(v, maxNested)
	}
	return g
}

// bounded is the error of a result of more than may be kept.
func (g *gathering) bounded() error { return atMost(int64(g.octets), maxNested, "octets or more") }
