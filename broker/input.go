package broker

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// Input is what somebody reads as one stream: a stream, or a device with the
// streams of its groups.
type Input struct {
	Streams  []string      // one, or one for each group
	Overflow Overflow      // of its rings
	Schema   *tag.Schema   // of the device where it has several groups; else nil
	Groups   []*tag.Schema // of its groups; else nil
}

// Same reports whether another input reads the same in the same way.
func (in Input) Same(other Input) bool {
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

// Feed is an input that is being read: its rings, and the view that joins them.
type Feed struct {
	rings []*Subscription
	view  *View // nil where there is one ring
}

// Open reads the input, with rings of the given capacity in batches; notify is
// that of Stream.Subscribe. Of several groups it knows what each had last. The
// feed is to be closed.
func (in Input) Open(bus *Bus, capacity int, notify func()) (*Feed, error) {
	f := &Feed{}
	if len(in.Streams) > 1 {
		v, err := NewView(in.Schema, in.Groups)
		if err != nil {
			return nil, err
		}
		f.view = v
	}
	for _, name := range in.Streams {
		f.rings = append(f.rings, bus.Stream(name).Subscribe(capacity, in.Overflow, notify))
	}
	if f.view != nil {
		f.Last()
	}
	return f, nil
}

// Next returns a batch that waits in one of the rings, and nil when all are
// empty.
func (f *Feed) Next() *tag.Batch {
	for group, ring := range f.rings {
		b := ring.Next()
		switch {
		case b == nil:
		case f.view != nil:
			return f.view.Widen(group, b)
		default:
			return b
		}
	}
	return nil
}

// Last returns what the streams had last, as Next would give it. Next goes on from there.
func (f *Feed) Last() (all []*tag.Batch) {
	for group, ring := range f.rings {
		b := ring.Stream().Last()
		if b != nil && f.view != nil {
			b = f.view.Widen(group, b)
		}
		if b != nil {
			all = append(all, b)
		}
	}
	return all
}

// Dropped returns the number of batches that the rings have dropped.
func (f *Feed) Dropped() (n uint64) {
	for _, ring := range f.rings {
		n += ring.Dropped()
	}
	return n
}

// Close ends the reading.
func (f *Feed) Close() {
	for _, ring := range f.rings {
		ring.Close()
	}
}
