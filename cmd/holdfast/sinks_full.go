//go:build !lean

package main

import (
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/kafka"
	"github.com/holdfast-edge/holdfast/sinks/nats"
	"github.com/holdfast-edge/holdfast/sinks/postgres"
	"github.com/holdfast-edge/holdfast/sinks/tdengine"
)

// furtherSinks are those whose clients make a binary large: see
// docs/design/footprint.md.
func furtherSinks() []sinks.Sink {
	return []sinks.Sink{tdengine.Sink{}, postgres.Sink{}, kafka.Sink{}, nats.Sink{}}
}
