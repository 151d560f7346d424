package rule

import (
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
