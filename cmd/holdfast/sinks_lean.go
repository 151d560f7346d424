//go:build lean

package main

import "github.com/holdfast-edge/holdfast/sinks"

// furtherSinks are in full builds only.
func furtherSinks() []sinks.Sink { return nil }
