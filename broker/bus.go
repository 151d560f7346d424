package broker

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/tag"
)

// Recorder is the log as the bus sees it.
type Recorder interface {
	// Offer takes the batch or refuses at once; a refusal is counted there as
	// a gap.
	Offer(b *tag.Batch) error
	// Append takes the batch, and waits while its queue is full.
	Append(ctx context.Context, b *tag.Batch) error
	// Commit takes the batch and returns when it is on the disk.
	Commit(ctx context.Context, b *tag.Batch) error
}

// Bus holds the streams of a node by name. It may be used concurrently.
type Bus struct {
	recorder Recorder
	tracer   *trace.Tracer

	mu      sync.Mutex
	streams map[string]*Stream
}

// New returns a bus whose logged streams go to the recorder, which may be nil
// where nothing is logged.
func New(recorder Recorder) *Bus {
	return &Bus{recorder: recorder, streams: map[string]*Stream{}}
}

// Traced has the bus tell a tracer what is published. It is called before the
// first stream comes into being.
func (b *Bus) Traced(by *trace.Tracer) *Bus {
	b.tracer = by
	return b
}

// Stream returns the stream of that name, which comes into being at the first
// call, whether that is made to publish or to subscribe.
func (b *Bus) Stream(name string) *Stream {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.streams[name]
	if !ok {
		s = newStream(name, b.recorder, b.tracer)
		b.streams[name] = s
	}
	return s
}

// Streams returns the streams in the order of their names.
func (b *Bus) Streams() []*Stream {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*Stream, 0, len(b.streams))
	for _, s := range b.streams {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y *Stream) int { return strings.Compare(x.name, y.name) })
	return all
}
