package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// ErrMalformed is the cause of every error of a Reader: the bytes are not what
// was written.
var ErrMalformed = errors.New("malformed state")

// maxDepth bounds how deep a value may nest; tag.ParseJSON allows 300.
const maxDepth = 400

// Reader reads a state from its beginning. The first error stays: from then on
// everything reads as zero, and Err tells it.
type Reader struct {
	src []byte
	err error
}

// NewReader returns a reader of src, whose bytes it does not keep: what it
// returns is a copy.
func NewReader(src []byte) *Reader { return &Reader{src: src} }

// Err returns what went wrong first, or nil.
func (r *Reader) Err() error { return r.err }

// Len returns how many bytes are left.
func (r *Reader) Len() int { return len(r.src) }

// Fail makes the reader fail, for a caller that found what it read impossible.
func (r *Reader) Fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("read %s: %w", what, ErrMalformed)
		r.src = nil
	}
}

// Int reads a whole number.
func (r *Reader) Int() int64 {
	i, n := binary.Varint(r.src)
	if n <= 0 {
		r.Fail("number")
		return 0
	}
	r.src = r.src[n:]
	return i
}

// Count reads a number of things of which each takes at least one byte, so
// that a damaged count cannot ask for more memory than the state has bytes.
func (r *Reader) Count() int {
	n := r.Int()
	if n < 0 || n > int64(len(r.src)) {
		r.Fail("count")
		return 0
	}
	return int(n)
}

// Bool reads a truth.
func (r *Reader) Bool() bool {
	b := r.take(1, "truth")
	return len(b) == 1 && b[0] != 0
}

// Float reads a float.
func (r *Reader) Float() float64 { return math.Float64frombits(r.uint64()) }

// String reads a text.
func (r *Reader) String() string { return string(r.take(r.Count(), "text")) }

// Value reads a value.
func (r *Reader) Value() tag.Value { return r.value(maxDepth) }

// Values reads a list of values.
func (r *Reader) Values() []tag.Value { return r.values(maxDepth) }

func (r *Reader) value(depth int) tag.Value {
	head := r.take(3, "value")
	if len(head) < 3 || depth == 0 {
		r.Fail("value")
		return tag.Value{}
	}
	q := tag.Quality(binary.LittleEndian.Uint16(head[1:]))
	return r.content(tag.Kind(head[0]), depth).WithQuality(q)
}

func (r *Reader) content(k tag.Kind, depth int) tag.Value {
	switch k {
	case tag.Absent:
		return tag.Value{}
	case tag.Null:
		return tag.NullOf(tag.Good)
	case tag.Bool:
		return tag.BoolOf(r.Bool())
	case tag.Int:
		return tag.IntOf(r.Int())
	case tag.Uint:
		return tag.UintOf(r.uint64())
	case tag.Time:
		return tag.NanosOf(r.Int())
	case tag.Float:
		return tag.FloatOf(r.Float())
	case tag.String:
		return tag.StringOf(r.String())
	case tag.Bytes:
		return tag.BytesOf([]byte(r.String()))
	case tag.Array:
		return tag.ArrayOf(r.values(depth - 1))
	case tag.ObjectKind:
		return r.object(depth - 1)
	default:
		r.Fail("kind")
		return tag.Value{}
	}
}

func (r *Reader) values(depth int) []tag.Value {
	values := make([]tag.Value, r.Count())
	for i := range values {
		values[i] = r.value(depth)
	}
	return values
}

func (r *Reader) object(depth int) tag.Value {
	n := r.Count()
	names, values := make([]string, n), make([]tag.Value, n)
	for i := range n {
		names[i] = r.String()
		values[i] = r.value(depth)
	}
	o, err := tag.NewObject(names, values)
	if err != nil {
		r.Fail("object")
	}
	return tag.ObjectOf(o)
}

func (r *Reader) uint64() uint64 {
	b := r.take(8, "number")
	if len(b) < 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

func (r *Reader) take(n int, what string) []byte {
	if n > len(r.src) {
		r.Fail(what)
		return nil
	}
	b := r.src[:n]
	r.src = r.src[n:]
	return b
}
