package s7

import (
	"context"
	"encoding/binary"
	"net"

	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

var _ record.Player = Driver{}

// Play is described at record.Player.
func (Driver) Play(ctx context.Context, r *record.Recording, listener net.Listener, o record.Options) error {
	return record.Play(ctx, r, listener, o, references{})
}

// references is the dialect of frames whose PDUs carry a reference, which is a new one each time.
type references struct{}

// Request is described at record.Dialect.
func (references) Request(sent []byte) int {
	_, n, err := tpkt.ParseMessage(sent)
	if err != nil {
		return -1
	}
	return n
}

// Reply is described at record.Dialect.
func (references) Reply(received []byte) (length int, number uint32, ok bool) {
	_, n, err := tpkt.ParseMessage(received)
	if err != nil || n == 0 {
		return 0, 0, false
	}
	return n, referenceOf(received), true
}

// Number is described at record.Dialect.
func (references) Number(request []byte) uint32 { return referenceOf(request) }

// Question is the request without its reference.
func (references) Question(request []byte) string {
	b := append([]byte(nil), request...)
	if hasReference(b) {
		binary.BigEndian.PutUint16(b[referenceAt:], 0)
	}
	return string(b)
}

// Turn repeats: a device is polled for ever.
func (references) Turn(string) record.Turn { return record.Repeats }

// Readdress gives an answer the reference of the request now, as far off it as it was in the recording.
func (references) Readdress(dst, received, recorded, now []byte) []byte {
	from := len(dst)
	dst = append(dst, received...)
	if answer := dst[from:]; hasReference(answer) {
		binary.BigEndian.PutUint16(answer[referenceAt:], uint16(referenceOf(answer)+referenceOf(now)-referenceOf(recorded)))
	}
	return dst
}

// Where in a frame that begins a PDU its identifier and its reference are.
const (
	identifierAt = 7
	referenceAt  = 11
)

func hasReference(b []byte) bool {
	return len(b) >= referenceAt+2 && tpkt.Code(b[5]) == tpkt.Data && b[identifierAt] == pdu.Identifier
}

// referenceOf returns the reference in a message; 0 where it has none.
func referenceOf(b []byte) uint32 {
	if !hasReference(b) {
		return 0
	}
	return uint32(binary.BigEndian.Uint16(b[referenceAt:]))
}
