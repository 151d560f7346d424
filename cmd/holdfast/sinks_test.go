package main

import (
	"testing"

	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/kafka"
	"github.com/holdfast-edge/holdfast/sinks/nats"
	"github.com/holdfast-edge/holdfast/sinks/postgres"
)

// everything is what a build with all sinks speaks, whichever this one is: the
// reference and the pages tell of all.
func everything(t *testing.T) *node.Components {
	t.Helper()
	parts, err := componentsWith([]sinks.Sink{postgres.Sink{}, kafka.Sink{}, nats.Sink{}})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}
