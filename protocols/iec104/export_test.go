package iec104

import "github.com/holdfast-edge/holdfast/protocols"

// Ready returns how many connections of a session are ready beside the started one.
func Ready(s protocols.Session) int { return s.(*session).group.Ready() }
