package iec61850

import (
	"context"
	"net"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

var _ record.Player = Driver{}

// Play is described at record.Player.
func (Driver) Play(ctx context.Context, r *record.Recording, listener net.Listener, o record.Options) error {
	return record.Play(ctx, r, listener, o, invocations{})
}

// message is what one or several TPDUs carry together.
type message struct {
	code tpkt.Code
	pdu  []byte // of MMS; nil: it is none
}

// take takes the first message off b, and returns how many octets it has; 0 where it is not there yet.
func take(b []byte) (m message, n int, err error) {
	t, n, err := tpkt.ParseMessage(b)
	if err != nil || n == 0 {
		return m, 0, err
	}
	if m.code = t.Code; m.code == tpkt.Data {
		m.pdu, _ = osi.ParseData(t.Data) // it may be what connects
	}
	return m, n, nil
}

// invocations is the dialect of requests with an invokeID, which is a new one each time, and of what comes before them.
type invocations struct{}

// Request is described at record.Dialect.
func (invocations) Request(sent []byte) int {
	_, n, err := take(sent)
	if err != nil {
		return -1
	}
	return n
}

// Reply is described at record.Dialect.
func (invocations) Reply(received []byte) (length int, number uint32, ok bool) {
	m, n, err := take(received)
	return n, m.number(), err == nil && n > 0
}

// Number is described at record.Dialect.
func (invocations) Number(request []byte) uint32 {
	m, _, _ := take(request) // Request has found it whole
	return m.number()
}

// The numbers of the two exchanges before MMS, and of the one with which it ends: none that a session gets to.
const (
	numberTransport = 1<<32 - 1 - iota
	numberConnect
	numberConclude
)

// number returns what a message has in common with its answer; 0 for what a device sends by itself.
func (m message) number() uint32 {
	if m.code != tpkt.Data {
		return numberTransport
	}
	p, err := mms.Parse(m.pdu)
	switch {
	case m.pdu == nil || err != nil:
		return numberConnect
	case p.Form == mms.Unconfirmed:
		return 0
	case p.Form == mms.ConcludeRequest || p.Form == mms.ConcludeResponse:
		return numberConclude
	default:
		return p.Invoke
	}
}

// The questions of what comes before MMS.
const (
	questionTransport = "transport"
	questionConnect   = "connect"
)

// Question is the PDU without its number; of a write without the times in it, which are others each time.
func (invocations) Question(request []byte) string {
	m, _, _ := take(request)
	if m.code != tpkt.Data {
		return questionTransport
	}
	p, err := mms.Parse(m.pdu)
	if m.pdu == nil || err != nil {
		return questionConnect
	}
	if names, values, err := mms.ParseWriteRequest(p.Body); err == nil && mms.ServiceOf(p) == mms.Write {
		return string(mms.WriteRequest(names, timeless(values)))
	}
	return string(mms.Renumbered(m.pdu, 0))
}

// timeless returns values without their times.
func timeless(values []mms.Data) []mms.Data {
	out := make([]mms.Data, len(values))
	for i, d := range values {
		if d.Items = timeless(d.Items); d.Kind == mms.UTCTime || d.Kind == mms.BinaryTime {
			d.Octets = nil
		}
		out[i] = d
	}
	return out
}

// Turn begins the recording anew with an association.
func (invocations) Turn(question string) record.Turn {
	if question == questionConnect {
		return record.Rewinds
	}
	return record.Repeats
}

// Readdress gives an answer the number of the request now.
func (invocations) Readdress(dst, received, _, now []byte) []byte {
	answer, n, err := take(received)
	asked, _, notAsked := take(now)
	if err != nil || notAsked != nil || n != len(received) || answer.pdu == nil || asked.pdu == nil || answer.number() == 0 {
		return append(dst, received...)
	}
	p, err := mms.Parse(asked.pdu)
	if err != nil {
		return append(dst, received...)
	}
	return tpkt.AppendData(dst, osi.Data(mms.Renumbered(answer.pdu, p.Invoke)), tpkt.MaxSize)
}
