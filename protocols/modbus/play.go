package modbus

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/url"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

var _ record.Player = Driver{}

// Play is described at record.Player. What was recorded over TCP, TLS or UDP is played over TCP; what was recorded on a
// serial line or its tunnel, as a tunnel: rtu+tcp or ascii+tcp.
func (Driver) Play(ctx context.Context, r *record.Recording, listener net.Listener, o record.Options) error {
	u, err := url.Parse(r.Header.Endpoint)
	if err != nil {
		listener.Close()
		return fmt.Errorf("read the recording's endpoint: %w", err)
	}
	if isSerial(u.Scheme) {
		return record.Play(ctx, r, listener, o, record.ExactOf(r))
	}
	return record.Play(ctx, r, listener, o, transactions{})
}

// transactions is the dialect of frames with an MBAP header, whose transaction number is a new one each time.
type transactions struct{}

// Request is described at record.Dialect.
func (transactions) Request(sent []byte) int {
	_, n, err := wire.ParseMBAP(sent)
	if err != nil {
		return -1
	}
	return n
}

// Reply is described at record.Dialect.
func (transactions) Reply(received []byte) (length int, number uint32, ok bool) {
	f, n, err := wire.ParseMBAP(received)
	return n, uint32(f.Transaction), err == nil && n > 0
}

// Number is described at record.Dialect.
func (transactions) Number(request []byte) uint32 {
	f, _, _ := wire.ParseMBAP(request) // Request has found it whole
	return uint32(f.Transaction)
}

// Question is unit and PDU.
func (transactions) Question(request []byte) string {
	f, _, _ := wire.ParseMBAP(request)
	return string(append([]byte{f.Unit}, f.PDU...))
}

// Turn repeats: a device is polled for ever.
func (transactions) Turn(string) record.Turn { return record.Repeats }

// Readdress gives the replies the number of the request now, as far off it as they were in the recording. What is no
// reply, or half of one, stays as it was, but for a number that it begins with.
func (t transactions) Readdress(dst, received, recorded, now []byte) []byte {
	shift := uint16(t.Number(now)) - uint16(t.Number(recorded))
	from := len(dst)
	dst = append(dst, received...)
	for rest := dst[from:]; len(rest) >= mbapStart; {
		_, n, err := wire.ParseMBAP(rest)
		if err != nil {
			break
		}
		binary.BigEndian.PutUint16(rest, binary.BigEndian.Uint16(rest)+shift)
		if n == 0 {
			break // half a reply: the other half comes by itself, or never
		}
		rest = rest[n:]
	}
	return dst
}

// mbapStart is how much of a frame has to be there to see that it is one: the transaction and the protocol.
const mbapStart = 4
