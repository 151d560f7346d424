package rule

import (
	"slices"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/tag"
)

// Input is one source of a rule's query: a stream, or a device with the streams
// of its groups.
type Input struct {
	Streams  []string        // one, or one for each group
	Overflow broker.Overflow // of the rule's rings
	Schema   *tag.Schema     // of the device where it has several groups; else nil
	Groups   []*tag.Schema   // of its groups; else nil
}

// same reports whether another input reads the same in the same way.
func (in Input) same(other Input) bool {
	return in.Overflow == other.Overflow && slices.Equal(in.Streams, other.Streams) &&
		sameSchema(in.Schema, other.Schema) && slices.EqualFunc(in.Groups, other.Groups, sameSchema)
}

func sameSchema(a, b *tag.Schema) bool {
	if a == nil || b == nil || a == b {
		return a == b
	}
	if a.Stream() != b.Stream() || a.Name() != b.Name() || a.Len() != b.Len() {
		return false
	}
	for slot := range a.Len() {
		if a.Field(slot) != b.Field(slot) {
			return false
		}
	}
	return true
}

// feed is an input that is being read: its rings, and the view that joins them.
type feed struct {
	rings []*broker.Subscription
	view  *view // nil where there is one ring
}

func open(in Input, bus *broker.Bus, capacity int, notify func()) (*feed, error) {
	f := &feed{}
	if len(in.Streams) > 1 {
		v, err := newView(in.Schema, in.Groups)
		if err != nil {
			return nil, err
		}
		f.view = v
	}
	for _, name := range in.Streams {
		f.rings = append(f.rings, bus.Stream(name).Subscribe(capacity, in.Overflow, notify))
	}
	return f, nil
}

// next returns a batch that waits in one of the rings, and nil when all are
// empty.
func (f *feed) next() *tag.Batch {
	for group, ring := range f.rings {
		b := ring.Next()
		switch {
		case b == nil:
		case f.view != nil:
			return f.view.widen(group, b)
		default:
			return b
		}
	}
	return nil
}

func (f *feed) dropped() (n uint64) {
	for _, ring := range f.rings {
		n += ring.Dropped()
	}
	return n
}

func (f *feed) close() {
	for _, ring := range f.rings {
		ring.Close()
	}
}
