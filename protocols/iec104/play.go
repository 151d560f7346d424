package iec104

import (
	"bytes"
	"context"
	"hash/crc32"
	"net"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

var _ record.Player = Driver{}

// Play is described at record.Player. The link is made anew, with its own numbers and times: what is played is ASDUs.
func (Driver) Play(ctx context.Context, r *record.Recording, listener net.Listener, o record.Options) error {
	return record.Play(ctx, unnumbered(r), stage{listener}, o, asdus{})
}

// unnumbered returns the recording without what the link adds: ASDUs alone, each in a frame numbered 0. What is no frame
// stays as it was.
func unnumbered(r *record.Recording) *record.Recording {
	changed := &record.Recording{Header: r.Header}
	open := map[protocols.Note][]byte{} // of each direction, what is no whole frame yet
	for _, f := range r.Frames {
		kind := f.Note.Kind()
		if kind != protocols.Sent && kind != protocols.Received {
			clear(open)
			changed.Frames = append(changed.Frames, f)
			continue
		}
		open[kind] = append(open[kind], f.Data...)
		for len(open[kind]) > 0 {
			parsed, n, err := apdu.Parse(open[kind])
			if err != nil {
				parsed, n = apdu.Frame{}, len(open[kind])
				changed.Frames = append(changed.Frames, record.Frame{Note: f.Note, At: f.At, Data: bytes.Clone(open[kind])})
			}
			if n == 0 {
				break
			}
			if parsed.Format == apdu.I {
				changed.Frames = append(changed.Frames, record.Frame{Note: f.Note, At: f.At, Data: apdu.AppendI(nil, 0, 0, parsed.ASDU)})
			}
			open[kind] = open[kind][n:]
		}
	}
	return changed
}

// asdus is the dialect of frames that carry an ASDU each.
type asdus struct{}

// Request is described at record.Dialect.
func (asdus) Request(sent []byte) int {
	_, n, err := apdu.Parse(sent)
	if err != nil {
		return -1
	}
	return n
}

// Reply is described at record.Dialect.
func (asdus) Reply(received []byte) (length int, number uint32, ok bool) {
	f, n, err := apdu.Parse(received)
	return n, numberOf(f), err == nil && n > 0
}

// Number is described at record.Dialect.
func (asdus) Number(request []byte) uint32 {
	f, _, _ := apdu.Parse(request) // Request has found it whole
	return numberOf(f)
}

// numberOf returns a number of the question that a frame asks or answers; 0 for what a station sends by itself.
func numberOf(f apdu.Frame) uint32 {
	a, err := apdu.ParseASDU(f.ASDU)
	if err != nil {
		return 0
	}
	q := question{a.Station, a.Type, a.At(0).Address}
	if a.Type.IsMonitored() {
		switch {
		case a.Cause.IsInterrogated():
			q.kind, q.address = apdu.Interrogation, 0
		case a.Cause == apdu.InterrogatedCounters:
			q.kind, q.address = apdu.CounterInterrogation, 0
		case a.Cause == apdu.Request:
			q.kind = apdu.Read
		default:
			return 0
		}
	}
	if a.Type == apdu.EndOfInitialization {
		return 0
	}
	return crc32.ChecksumIEEE([]byte{
		byte(q.station), byte(q.station >> 8), byte(q.kind), byte(q.address), byte(q.address >> 8), byte(q.address >> 16),
	}) | 1
}

// Question is the ASDU without times, which are others each time.
func (asdus) Question(request []byte) string {
	f, _, _ := apdu.Parse(request)
	a, err := apdu.ParseASDU(f.ASDU)
	if err != nil {
		return string(f.ASDU)
	}
	o := a.At(0)
	o.Time = apdu.Time{}
	timeless, err := apdu.Append(nil, a.Header, o)
	if err != nil {
		return string(f.ASDU)
	}
	return string(timeless)
}

// Turn begins the recording anew with an interrogation, with which a subscription begins.
func (asdus) Turn(question string) record.Turn {
	if apdu.Type(question[0]) == apdu.Interrogation {
		return record.Rewinds
	}
	return record.Repeats
}

// Readdress has confirmations repeat the time of the command now.
func (asdus) Readdress(dst, received, _, now []byte) []byte {
	reply, _, err := apdu.Parse(received)
	asked, _, _ := apdu.Parse(now)
	confirmation, notOne := apdu.ParseASDU(reply.ASDU)
	command, noCommand := apdu.ParseASDU(asked.ASDU)
	if err != nil || notOne != nil || noCommand != nil || confirmation.Type != command.Type {
		return append(dst, received...)
	}
	repeated, err := apdu.Append(nil, confirmation.Header, command.At(0))
	if err != nil {
		return append(dst, received...)
	}
	return apdu.AppendI(dst, 0, 0, repeated)
}
