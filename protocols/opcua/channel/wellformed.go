package channel

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/gopcua/opcua/ua"
)

// What the library's decoders trust, and nobody should: they make room for as many elements as the bytes say that there
// are, and go as deep as these lead. A message of a hundred bytes can so end the process. So each is walked through
// here first, by the type that it is to be decoded into, and refused where the library would come to harm.
const (
	maxElements   = 1 << 20 // of all arrays of a message together
	maxDepth      = 32      // of values within values
	maxDimensions = 8       // of an array
	maxArray      = 0xFFFF  // elements of one array in a Variant; the library's own limit
)

// errForm says that a message is not what its type says.
var errForm = errors.New("the message is not well formed")

// walker goes through a message (§5.2). The first thing that is wrong ends it, and is in err.
type walker struct {
	cursor
	elements int // that may still come
	depth    int // that it may still go
	err      error
}

func newWalker(body []byte) *walker {
	return &walker{cursor: cursor{rest: body}, elements: maxElements, depth: maxDepth}
}

// wrongf ends the walk.
func (w *walker) wrongf(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: %s", errForm, fmt.Sprintf(format, args...))
	}
}

// done reports whether the walk is over: something was wrong, or the message too short.
func (w *walker) done() bool {
	if w.short {
		w.wrongf("it ends too soon")
	}
	return w.err != nil
}

func (w *walker) byte() byte {
	if b := w.take(1); b != nil {
		return b[0]
	}
	return 0
}

// deeper walks into a value within a value.
func (w *walker) deeper(into func()) {
	if w.depth == 0 {
		w.wrongf("values within values, more than %d deep", maxDepth)
		return
	}
	w.depth--
	into()
	w.depth++
}

// specially walks through the types that the library does not decode field by field, and reports whether t is one.
func (w *walker) specially(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[ua.NodeID]():
		w.nodeID()
	case reflect.TypeFor[ua.ExpandedNodeID]():
		w.expandedNodeID()
	case reflect.TypeFor[ua.GUID]():
		w.take(16)
	case reflect.TypeFor[ua.LocalizedText]():
		w.localizedText()
	case reflect.TypeFor[ua.DiagnosticInfo]():
		w.deeper(w.diagnosticInfo)
	case reflect.TypeFor[ua.Variant]():
		w.deeper(w.variant)
	case reflect.TypeFor[ua.DataValue]():
		w.deeper(w.dataValue)
	case reflect.TypeFor[ua.ExtensionObject]():
		w.deeper(w.extensionObject)
	case reflect.TypeFor[time.Time]():
		w.take(8)
	default:
		return false
	}
	return true
}

// value walks through a value of a type.
func (w *walker) value(t reflect.Type) {
	if w.done() {
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if w.specially(t) {
		return
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32,
		reflect.Int64, reflect.Uint64, reflect.Float32, reflect.Float64:
		w.take(uint32(t.Size()))
	case reflect.String:
		w.bytes()
	case reflect.Slice:
		w.slice(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			w.value(t.Field(i).Type)
		}
	default:
		w.wrongf("a field of type %v", t)
	}
}

// slice walks through an array of structures, numbers or texts.
func (w *walker) slice(of reflect.Type) {
	n := w.uint32()
	switch {
	case w.short || n == nullLength:
	case of.Kind() == reflect.Uint8:
		w.take(n)
	case w.count(n):
		for range n {
			w.value(of)
		}
	}
}

// count reports whether so many elements can follow: each takes a byte at least.
func (w *walker) count(n uint32) bool {
	if n > math.MaxInt32 || int(n) > len(w.rest) || int(n) > w.elements {
		w.wrongf("an array of %d elements in %d bytes", n, len(w.rest))
		return false
	}
	w.elements -= int(n)
	return true
}
