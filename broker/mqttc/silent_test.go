package mqttc_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mqttc"
)

// peer is a broker that takes a log-in and one subscription, in virtual time: on a
// machine that is slow a real one is silent for reasons of its own.
type peer struct {
	conn   net.Conn
	silent atomic.Bool
	pings  []time.Time   // when they came; to be looked at when it is over
	over   chan struct{} // closed when the client is gone
}

// answers is what it says to the first octet of a packet, but for the identifiers.
func (p *peer) answers(head byte, body []byte, version byte) []byte {
	switch head >> 4 {
	case 1: // CONNECT
		if version == mqttc.Version5 {
			return []byte{0x20, 3, 0, 0, 0}
		}
		return []byte{0x20, 2, 0, 0}
	case 8: // SUBSCRIBE
		if version == mqttc.Version5 {
			return []byte{0x90, 4, body[0], body[1], 0, 1}
		}
		return []byte{0x90, 3, body[0], body[1], 1}
	case 12: // PINGREQ
		p.pings = append(p.pings, time.Now())
		return []byte{0xD0, 0}
	}
	return nil
}

// run answers until the client is gone.
func (p *peer) run(version byte) {
	defer close(p.over)
	for in := bufio.NewReader(p.conn); ; {
		head, err := in.ReadByte()
		if err != nil {
			return
		}
		length, err := binary.ReadUvarint(in)
		if err != nil {
			return
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		if answer := p.answers(head, body, version); answer != nil && !p.silent.Load() {
			if _, err := p.conn.Write(answer); err != nil {
				return
			}
		}
	}
}

// quietly runs a test on a client that is subscribed, and its peer.
func quietly(t *testing.T, test func(t *testing.T, c *mqttc.Client, p *peer)) {
	both(t, func(t *testing.T, o mqttc.Options) {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			p := &peer{conn: far, over: make(chan struct{})}
			go p.run(o.Version)
			c, err := mqttc.Open(t.Context(), near, o)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Abort()
			subscribe(t, c, "a", 1)
			test(t, c, p)
		})
	})
}

func TestABrokerThatFallsSilentIsGivenUp(t *testing.T) {
	quietly(t, func(t *testing.T, c *mqttc.Client, p *peer) {
		p.silent.Store(true)
		began := time.Now()
		if _, err := c.Next(nil); !errors.Is(err, mqttc.ErrSilent) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took < patience || took > 2*patience {
			t.Errorf("it was waited for %s", took)
		}
	})
}

func TestABrokerThatIsIdleIsKeptByPings(t *testing.T) {
	quietly(t, func(t *testing.T, c *mqttc.Client, p *peer) {
		began := time.Now()
		time.AfterFunc(time.Hour, func() { _, _ = p.conn.Write([]byte{0x30, 4, 0, 1, 'a', 0}) })
		if _, err := c.Next(nil); err != nil {
			t.Fatal(err)
		}
		c.Abort()
		<-p.over
		for _, at := range append(p.pings, began.Add(time.Hour)) { // a broker ends one that is silent for one and a half keep-alives
			if gap := at.Sub(began); gap > patience*3/2 {
				t.Errorf("it said nothing for %s", gap)
			}
			began = at
		}
	})
}
