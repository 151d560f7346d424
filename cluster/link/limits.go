package link

import "time"

// The largest messages, in octets.
const (
	MaxFromNode  = 1 << 20 // control, from the node: replies come in parts
	MaxFromCloud = 4 << 20 // control, from the cloud: a dry run carries its bundle
	MaxBulk      = 8 << 20 // telemetry
	MaxEnrol     = 64 << 10
	MaxChunk     = 32 << 10 // of a reply, an artefact, a tunnel
	MaxBundle    = 3 << 20
	MaxArtefact  = 64 << 20
	MaxText      = 4 << 10 // reasons, details and names; longer ones are cut
)

// The times of a connection. A peer that is silent is asked after Alive and given up after AliveTimeout more, so that a
// half-open link is noticed within 15 s on both sides.
const (
	AliveNode    = 10 * time.Second // the least that gRPC allows a client
	AliveCloud   = 8 * time.Second  // earlier than the node's, so that an idle link is asked by one side only
	AliveTimeout = 4 * time.Second
	HelloWithin  = 10 * time.Second // from the stream's begin to the hello, and to the welcome
)

// Window is how many tickets of telemetry may be on the way.
const Window = 64

// Cut returns text of MaxText octets at most.
func Cut(text string) string {
	if len(text) <= MaxText {
		return text
	}
	return text[:MaxText-3] + "..."
}
