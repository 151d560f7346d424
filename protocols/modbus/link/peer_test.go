package link_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// wireTo returns a link's end of a wire in memory, and the device's.
func wireTo(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	ours, theirs = net.Pipe()
	t.Cleanup(func() {
		ours.Close()
		theirs.Close()
	})
	return ours, theirs
}

// device answers every request that it receives through answer, which returns what to send after which time. It ends
// with the wire.
func device(t *testing.T, conn net.Conn, answer func(n int, request []byte) []reply) {
	t.Helper()
	out := make(chan reply, 100)
	go func() {
		defer close(out)
		buf := make([]byte, 4096)
		for n := 0; ; n++ {
			length, err := conn.Read(buf)
			if err != nil {
				return
			}
			for _, r := range answer(n, append([]byte(nil), buf[:length]...)) {
				out <- r
			}
		}
	}()
	go func() {
		for r := range out {
			time.AfterFunc(r.after, func() { _, _ = conn.Write(r.bytes) })
			synctest.Wait() // replies without a delay keep their order
		}
	}()
}

type reply struct {
	after time.Duration
	bytes []byte
}

// registers returns the PDU of a reply with the values.
func registers(values ...uint16) []byte {
	pdu := []byte{byte(wire.ReadHolding), byte(2 * len(values))}
	for _, v := range values {
		pdu = append(pdu, byte(v>>8), byte(v))
	}
	return pdu
}

func ask(unit byte, address, count uint16) link.Call {
	return link.Call{Unit: unit, Request: wire.AppendRead(nil, wire.ReadHolding, address, count)}
}

const second = time.Second

// exchange performs one call.
func exchange(t *testing.T, l link.Link, timeout time.Duration, c link.Call) link.Call {
	t.Helper()
	calls := []link.Call{c}
	if err := l.Exchange(context.Background(), timeout, calls); err != nil {
		t.Fatalf("the link broke: %v", err)
	}
	return calls[0]
}

func wantRegister(t *testing.T, c link.Call, want uint16) {
	t.Helper()
	if c.Err != nil {
		t.Errorf("no answer: %v", c.Err)
		return
	}
	if got := uint16(c.Reply[0])<<8 | uint16(c.Reply[1]); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

// pass lets time go by.
func pass(d time.Duration) { <-time.After(d) }
