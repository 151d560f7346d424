//go:build allsinks

package main

import (
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/kafka"
	"github.com/holdfast-edge/holdfast/sinks/nats"
	"github.com/holdfast-edge/holdfast/sinks/postgres"
)

// furtherSinks are those whose clients make a binary large: see
// docs/design/sinks.md.
func furtherSinks() []sinks.Sink { return []sinks.Sink{postgres.Sink{}, kafka.Sink{}, nats.Sink{}} }
