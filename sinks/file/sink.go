package file

import (
	"context"
	"fmt"
	"os"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
)

// Sink is files in a directory. It is stateless.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec names the kind and declares its options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "file",
		Doc:     "Files in a directory: lines of JSON, CSV or Parquet, completed by size and age. docs/sinks/file.md shows them.",
		Options: Options{},
	}
}

// Open goes on with the files that were being written, or completes them where
// the format is another one now.
func (Sink) Open(_ context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open file sink: options of type %T", to.Options)}
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("open file sink: %w", err)
	}
	p := &poster{options: o, logger: to.Logger, parts: map[string]*part{}, names: map[[16]byte]string{}}
	if err := p.resume(); err != nil {
		return nil, fmt.Errorf("open file sink: %w", err)
	}
	return bulk.NewWriter(o.Bulk, p), nil
}
