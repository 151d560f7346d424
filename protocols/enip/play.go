package enip

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

var _ record.Player = Driver{}

// Play is described at record.Player.
func (Driver) Play(ctx context.Context, r *record.Recording, listener net.Listener, o record.Options) error {
	return record.Play(ctx, r, listener, o, frames{})
}

// frames is the dialect of a session: a request's number is its context, or the sequence of its connection.
type frames struct{}

// Request is described at record.Dialect.
func (frames) Request(sent []byte) int {
	_, n, err := encap.Parse(sent)
	if err != nil {
		return -1
	}
	return n
}

// ofConnection is added to the numbers of requests over a connection.
const ofConnection = 1 << 31

// Reply is described at record.Dialect.
func (d frames) Reply(received []byte) (length int, number uint32, ok bool) {
	_, n, err := encap.Parse(received)
	if err != nil || n == 0 {
		return 0, 0, false
	}
	return n, d.Number(received), true
}

// Number is described at record.Dialect.
func (frames) Number(frame []byte) uint32 {
	f, n, err := encap.Parse(frame)
	switch {
	case err != nil || n == 0:
		return 0
	case f.Command != encap.SendUnitData:
		return uint32(f.Context) &^ ofConnection
	case len(f.Data) < encap.ConnectedHead:
		return ofConnection
	default:
		return uint32(binary.LittleEndian.Uint16(f.Data[encap.ConnectedHead-2:])) | ofConnection
	}
}

// Question is the frame without what differs each time: session, context, sequence, and what names a connection.
func (frames) Question(request []byte) string {
	q := bytes.Clone(request)
	f, _, _ := encap.Parse(q) // Request has found it whole
	clear(q[4:8])
	clear(q[12:20])
	if f.Command == encap.SendUnitData && len(f.Data) >= encap.ConnectedHead {
		clear(f.Data[encap.ConnectedHead-10 : encap.ConnectedHead-6])
		clear(f.Data[encap.ConnectedHead-2 : encap.ConnectedHead])
		return string(q)
	}
	if message, err := encap.Unconnected(f.Data); err == nil {
		unname(message)
	}
	return string(q)
}

// unname clears the numbers of a connection that a request opens.
func unname(message []byte) {
	r, err := cip.ParseRequest(message)
	if err != nil || !bytes.Equal(r.Path, cip.AppendObject(nil, cip.ManagerClass, 1)) {
		return
	}
	if _, _, err := cip.ParseForwardOpen(r.Service, r.Data); err == nil && (r.Service == cip.ForwardOpen || r.Service == cip.LargeForwardOpen) {
		clear(r.Data[2:18])
	}
}

// Turn repeats: a controller is polled for ever.
func (frames) Turn(string) record.Turn { return record.Repeats }

// Readdress gives whole replies the number of the request now, as far off it as they were in the recording. What is no reply,
// or half of one, stays as it was.
func (d frames) Readdress(dst, received, recorded, now []byte) []byte {
	shift := d.Number(now) - d.Number(recorded)
	from := len(dst)
	dst = append(dst, received...)
	for rest := dst[from:]; ; {
		f, n, err := encap.Parse(rest)
		if err != nil || n == 0 {
			return dst
		}
		if f.Command != encap.SendUnitData {
			binary.LittleEndian.PutUint64(rest[12:], uint64(uint32(f.Context)+shift))
		} else if len(f.Data) >= encap.ConnectedHead {
			at := f.Data[encap.ConnectedHead-2:]
			binary.LittleEndian.PutUint16(at, binary.LittleEndian.Uint16(at)+uint16(shift))
		}
		rest = rest[n:]
	}
}
