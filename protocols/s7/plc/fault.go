package plc

import (
	"bytes"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// The faults of PLCs beyond those of all devices, of which all but Unreached begin once a connection is made.
const (
	NoService = faulty.Own + iota // every job is refused, as where PUT/GET is not permitted
	Stranger                      // the reference is another one
)

// falsified returns an answer with another reference.
func falsified(f faulty.Fault, frame []byte) []byte {
	const reference = 4 + 3 + 5 // its lower octet
	if f == Stranger && len(frame) > reference && frame[4+3] == pdu.Identifier {
		frame = bytes.Clone(frame)
		frame[reference]++
	}
	return frame
}
