package node

import (
	"context"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

var _ broker.Recorder = recorder{}

// recorder is the log as the bus sees it.
type recorder struct{ *log.Log }

// Commit takes the batch and returns when it is on the disk.
func (r recorder) Commit(ctx context.Context, b *tag.Batch) error {
	_, err := r.AppendSync(ctx, b)
	return err
}
