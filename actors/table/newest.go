package table

import (
	"context"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
)

// ringCapacity is how many batches a table may lag behind its stream. What is
// dropped is older than what stays.
const ringCapacity = 128

// Newest is a table of the newest rows of a stream.
type Newest struct {
	*lookup.Newest
	stream string
}

// NewNewest returns a table that has no rows yet.
func NewNewest(c *config.Table, stream string) *Newest {
	return &Newest{lookup.NewNewest(c.MaxKeys, c.Key...), stream}
}

func (n *Newest) keep(ctx context.Context, env *Env) error {
	wake := make(chan struct{}, 1)
	stream := env.Bus.Stream(n.stream)
	ring := stream.Subscribe(ringCapacity, broker.DropOldest, func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	defer ring.Close()
	if last := stream.Last(); last != nil {
		n.Put(last)
	}
	for {
		for b := ring.Next(); b != nil; b = ring.Next() {
			n.Put(b)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		}
	}
}
