//go:build !allsinks

package main

import "github.com/holdfast-edge/holdfast/sinks"

// furtherSinks are in builds with the tag allsinks.
func furtherSinks() []sinks.Sink { return nil }
