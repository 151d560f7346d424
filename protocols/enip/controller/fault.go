package controller

import "github.com/holdfast-edge/holdfast/protocols/conformance/faulty"

// The faults of controllers beyond those of all devices.
const (
	EmptySlot = faulty.Own + iota // nobody is where the path leads to
	Crowded                       // all connections are taken
)
