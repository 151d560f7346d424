package mqtt

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/sinks"
)

// peer is a far end of which the test says every packet, at the other side of a
// pipe. It is for what mosquitto never does.
type peer struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

// paired is a sink whose connections end at a peer that does as it is told.
func paired(t *testing.T, far func(*peer)) Sink {
	return Sink{dial: func(context.Context, *Options) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			far(&peer{t: t, Conn: theirs, in: bufio.NewReader(theirs)})
		}()
		return ours, nil
	}}
}

func (p *peer) read() *packets.ControlPacket {
	packet, err := packets.ReadPacket(p.in)
	if err != nil {
		return &packets.ControlPacket{} // the sink has gone
	}
	return packet
}

// readOld reads a packet of MQTT 3.1.1 whose length takes one byte.
func (p *peer) readOld() []byte {
	head, err := p.in.Peek(2)
	if err != nil {
		return nil // the sink has gone
	}
	packet := make([]byte, 2+int(head[1]))
	if _, err := io.ReadFull(p.in, packet); err != nil {
		return nil
	}
	return packet
}

func (p *peer) write(w io.WriterTo) { _, _ = w.WriteTo(p) }

// welcome lets the sink in.
func (p *peer) welcome(change ...func(*packets.Properties)) {
	if hello, ok := p.read().Content.(*packets.Connect); !ok || !hello.CleanStart || hello.ProtocolVersion != 5 {
		p.t.Error("the sink does not begin with a CONNECT of its kind")
	}
	properties := &packets.Properties{}
	for _, c := range change {
		c(properties)
	}
	p.write(&packets.Connack{Properties: properties})
}

// swallow reads until the sink has gone.
func (p *peer) swallow() { _, _ = io.Copy(io.Discard, p.in) }

func TestAFarEndThatIsNoBrokerOfOursIsRefusedWithTheReason(t *testing.T) {
	ptr := func(b byte) *byte { return &b }
	for name, c := range map[string]struct {
		lines     []string
		far       func(*peer)
		says      string
		permanent bool
	}{
		"MQTT 3.1.1 only": {far: func(p *peer) { p.read(); _, _ = p.Write([]byte("\x20\x02\x00\x01")) }, says: "choose the other version", permanent: true},
		"MQTT 5 only": {
			lines: []string{"version: 3.1.1"}, permanent: true, says: "choose the other version",
			far: func(p *peer) { p.readOld(); _, _ = p.Write([]byte("\x20\x02\x00\x01")) },
		},
		"bad password, in MQTT 3.1.1": {
			lines: []string{"version: 3.1.1"}, permanent: true, says: "check username and password",
			far: func(p *peer) { p.readOld(); _, _ = p.Write([]byte("\x20\x02\x00\x04")) },
		},
		"unavailable, in MQTT 3.1.1": {
			lines: []string{"version: 3.1.1"}, says: "server unavailable",
			far: func(p *peer) { p.readOld(); _, _ = p.Write([]byte("\x20\x02\x00\x03")) },
		},
		"HTTP":           {far: func(p *peer) { p.read(); _, _ = p.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, says: "read CONNACK"},
		"another packet": {far: func(p *peer) { p.read(); p.write(packets.NewControlPacket(packets.PINGRESP)) }, says: "read CONNACK"},
		"gone":           {far: func(p *peer) { p.read() }, says: "write version: 3.1.1"},
		"banned": {far: func(p *peer) {
			p.read()
			p.write(&packets.Connack{ReasonCode: 0x8A, Properties: &packets.Properties{}})
		}, says: "banned", permanent: true},
		"busy, with a reason": {far: func(p *peer) {
			p.read()
			p.write(&packets.Connack{ReasonCode: 0x89, Properties: &packets.Properties{ReasonString: "lunch"}})
		}, says: `server busy ("lunch")`},
		"no QoS 1": {far: func(p *peer) { p.welcome(func(q *packets.Properties) { q.MaximumQOS = ptr(0) }) }, says: "qos up to 0", permanent: true},
		"no retained messages": {
			lines: []string{"retain: true"}, permanent: true, says: "retain: false",
			far: func(p *peer) { p.welcome(func(q *packets.Properties) { q.RetainAvailable = ptr(0) }) },
		},
	} {
		_, err := paired(t, c.far).Open(t.Context(), target(options(t, c.lines...)))
		if err == nil || !strings.Contains(err.Error(), c.says) || permanent(err) != c.permanent || !strings.Contains(err.Error(), "mqtt://127.0.0.1:1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpeningEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	closing := errors.New("closing time")
	sink := paired(t, func(p *peer) { p.read(); cancel(closing); p.swallow() })
	if _, err := sink.Open(ctx, target(options(t))); !errors.Is(err, closing) {
		t.Errorf("got %v", err)
	}
}

func TestOptionsOfAnotherSinkAreRefused(t *testing.T) {
	if _, err := New().Open(t.Context(), sinks.Target{Options: 7}); !permanent(err) {
		t.Errorf("got %v", err)
	}
}

func TestAMissingSecretIsPermanentAndNamed(t *testing.T) {
	o := options(t, "username: edge", "password: env:NO_SUCH_SECRET")
	_, err := paired(t, (*peer).swallow).Open(t.Context(), target(o))
	if !permanent(err) || !strings.Contains(err.Error(), "env:NO_SUCH_SECRET") {
		t.Errorf("got %v", err)
	}
}

// opened opens a sink to a peer inside a bubble.
func opened(t *testing.T, o *Options, far func(*peer)) sinks.Writer {
	t.Helper()
	w, err := paired(t, far).Open(t.Context(), target(o))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestASilentFarEndIsGivenUpAfterOneKeepAliveOrAHalfMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		w := opened(t, options(t, "keep_alive: 10s", "ack_timeout: 1h"), func(p *peer) { p.welcome(); p.swallow() })
		done := newResults()
		if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), done.of(0)); err != nil {
			t.Fatal(err)
		}
		<-w.Lost()
		if took := time.Since(begun); took < 10*time.Second || took > 15*time.Second {
			t.Errorf("given up after %s", took)
		}
		abandon(w)
		done.check(t, 1, func(err error) bool { return errors.Is(err, errSilent) && transient(err) })
	})
}

func TestAFarEndThatAnswersPingsIsKeptAndHearsThemInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pings, heard := 0, time.Now()
		w := opened(t, options(t, "keep_alive: 10s"), func(p *peer) {
			p.welcome()
			for p.read().Type == packets.PINGREQ {
				if silence := time.Since(heard); silence > 10*time.Second {
					t.Errorf("the far end heard nothing for %s: it may close the connection", silence)
				}
				pings, heard = pings+1, time.Now()
				p.write(packets.NewControlPacket(packets.PINGRESP))
			}
		})
		<-time.After(10*time.Minute + time.Second) // of the bubble: between two beats
		select {
		case <-w.Lost():
			t.Error("it was given up")
		default:
		}
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if pings < 25 {
			t.Errorf("%d pings", pings)
		}
	})
}

func TestTheFarEndsKeepAliveIsUsedWhereItIsShorter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, seconds := time.Now(), uint16(3)
		w := opened(t, options(t), func(p *peer) {
			p.welcome(func(q *packets.Properties) { q.ServerKeepAlive = &seconds })
			p.swallow()
		})
		<-w.Lost()
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("given up after %s", took)
		}
		abandon(w)
	})
}

func TestAMessageThatIsNeverAcknowledgedEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := opened(t, options(t, "keep_alive: 10s", "ack_timeout: 1m"), func(p *peer) {
			p.welcome()
			for {
				switch p.read().Type {
				case packets.PINGREQ:
					p.write(packets.NewControlPacket(packets.PINGRESP))
				case 0:
					return
				}
			}
		})
		done := newResults()
		if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), done.of(0)); err != nil {
			t.Fatal(err)
		}
		<-w.Lost()
		abandon(w)
		done.check(t, 1, func(err error) bool { return transient(err) && strings.Contains(err.Error(), "unacknowledged") })
	})
}

func TestAFarEndThatTakesNothingMoreIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, qos := range []string{"0", "1"} {
			w := opened(t, options(t, "keep_alive: 10s", "qos: "+qos), func(p *peer) { p.welcome(); <-time.After(time.Hour) })
			err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), func(error) { t.Error("done was called") })
			if !transient(err) {
				t.Errorf("QoS %s: %v", qos, err)
			}
			<-w.Lost()
			abandon(w)
		}
		<-time.After(2 * time.Hour) // until the peers have gone
	})
}

// acknowledge reads n publishes and answers them in reverse, with these reasons.
func acknowledge(p *peer, reasons ...byte) {
	ids := make([]uint16, len(reasons))
	for i := range ids {
		ids[i] = p.read().PacketID()
	}
	for i := len(ids) - 1; i >= 0; i-- {
		p.write(&packets.Puback{PacketID: ids[i], ReasonCode: reasons[i], Properties: &packets.Properties{}})
	}
}

func TestARefusedRowIsToldAloneAndOneThatMayPassHasItsDeliverySentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answers []byte // to three rows, and to two of another delivery
		wanted  func(error) bool
	}{
		"quota exceeded":          {[]byte{0, 0x97, 0x10, 0, 0}, transient},
		"one payload is refused":  {[]byte{0, 0x99, 0x10, 0, 0}, refusedRows(sinks.Rows{From: 1, To: 2})},
		"two payloads are":        {[]byte{0x99, 0, 0x99, 0, 0}, refusedRows(sinks.Rows{From: 0, To: 1}, sinks.Rows{From: 2, To: 3})},
		"one of each":             {[]byte{0x99, 0x97, 0, 0, 0}, transient},
		"one of each, other side": {[]byte{0x97, 0x99, 0, 0, 0}, transient},
	} {
		w, err := paired(t, func(p *peer) {
			p.welcome()
			acknowledge(p, c.answers...)
			p.swallow()
		}).Open(t.Context(), target(options(t)))
		if err != nil {
			t.Fatal(err)
		}
		done := newResults()
		for i, rows := range []int{3, 2} {
			if err := w.Send(t.Context(), batch(readings(t, climate(t), uint64(1+i*3), rows)), done.of(i)); err != nil {
				t.Fatal(err)
			}
		}
		done.wait(2)
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if !c.wanted(done.calls[0][0]) || done.calls[1][0] != nil {
			t.Errorf("%s: %v", name, done.calls)
		}
	}
}

// refusedRows tells whether an error refuses these rows for good, and no others.
func refusedRows(rows ...sinks.Rows) func(error) bool {
	return func(err error) bool {
		f, ok := errors.AsType[*sinks.Failure](err)
		return ok && f.Permanent && slices.Equal(f.Rows, rows)
	}
}

func TestInMQTT311AnUnknownPUBRECIsReleasedWithoutAReason(t *testing.T) {
	released := make(chan []byte, 1)
	w, err := paired(t, func(p *peer) {
		p.readOld()
		_, _ = p.Write([]byte("\x20\x02\x00\x00\x50\x02\x00\x63"))
		released <- p.readOld()
		p.swallow()
	}).Open(t.Context(), target(options(t, "version: 3.1.1", "qos: 2")))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(<-released); got != "\x62\x02\x00\x63" {
		t.Errorf("got %x", got)
	}
	abandon(w)
}

func TestQoS2GoesOnWithWhatIsKnownAndWithWhatIsNot(t *testing.T) {
	released := make(chan *packets.ControlPacket, 2)
	w, err := paired(t, func(p *peer) {
		p.welcome()
		first, second := p.read().PacketID(), p.read().PacketID()
		none := &packets.Properties{}
		p.write(&packets.Pubrec{PacketID: 99, Properties: none})
		released <- p.read()
		p.write(&packets.Pubrec{PacketID: first, ReasonCode: 0x97, Properties: none})
		p.write(&packets.Pubrec{PacketID: second, Properties: none})
		released <- p.read()
		p.write(&packets.Pubcomp{PacketID: second, Properties: none})
		p.swallow()
	}).Open(t.Context(), target(options(t, "qos: 2")))
	if err != nil {
		t.Fatal(err)
	}
	done := newResults()
	for i := range 2 {
		if err := w.Send(t.Context(), batch(readings(t, climate(t), uint64(i+1), 1)), done.of(i)); err != nil {
			t.Fatal(err)
		}
	}
	if p := (<-released).Content.(*packets.Pubrel); p.PacketID != 99 || p.ReasonCode != 0x92 {
		t.Errorf("the unknown one: %+v", p)
	}
	if p := (<-released).Content.(*packets.Pubrel); p.ReasonCode != 0 {
		t.Errorf("the known one: %+v", p)
	}
	done.wait(2)
	if err := w.Close(t.Context()); err != nil || !transient(done.calls[0][0]) || done.calls[1][0] != nil {
		t.Errorf("%v, %v", err, done.calls)
	}
}

func TestAFarEndThatEndsTheConnectionIsQuoted(t *testing.T) {
	sent := make(chan struct{}) // an end that comes sooner is told by Send
	w, err := paired(t, func(p *peer) {
		p.welcome()
		p.read()
		<-sent
		p.write(&packets.Disconnect{ReasonCode: 0x8E, Properties: &packets.Properties{}})
		p.swallow()
	}).Open(t.Context(), target(options(t)))
	if err != nil {
		t.Fatal(err)
	}
	done := newResults()
	err = w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), done.of(0))
	close(sent)
	if err != nil {
		t.Fatal(err)
	}
	<-w.Lost()
	abandon(w)
	done.check(t, 1, func(err error) bool { return transient(err) && strings.Contains(err.Error(), "same client_id") })
	if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), nil); !transient(err) {
		t.Errorf("send after the end: %v", err)
	}
}

func TestAPanicInTheCallerEndsTheConnectionAndNotTheProcess(t *testing.T) {
	sent := make(chan struct{}) // an answer that comes sooner is told to the caller in its own goroutine
	w, err := paired(t, func(p *peer) {
		p.welcome()
		id := p.read().PacketID()
		<-sent
		p.write(&packets.Puback{PacketID: id, Properties: &packets.Properties{}})
		p.swallow()
	}).Open(t.Context(), target(options(t)))
	if err != nil {
		t.Fatal(err)
	}
	err = w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), func(error) { panic("a defect") })
	close(sent)
	if err != nil {
		t.Fatal(err)
	}
	<-w.Lost()
	abandon(w)
	if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), nil); err == nil || !strings.Contains(err.Error(), "a defect") {
		t.Errorf("send after it: %v", err)
	}
}

func TestTheFarEndsReceiveMaximumIsTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		most := uint16(2)
		var seen atomic.Int32
		w := opened(t, options(t, "window: 100"), func(p *peer) {
			p.welcome(func(q *packets.Properties) { q.ReceiveMaximum = &most })
			for p.read().Type == packets.PUBLISH {
				seen.Add(1)
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := w.Send(ctx, batch(readings(t, climate(t), 1, 3)), nil)
		if !errors.Is(err, context.DeadlineExceeded) || seen.Load() != 2 {
			t.Errorf("%d came, %v", seen.Load(), err)
		}
		abandon(w)
	})
}

func TestCloseWaitsForWhatIsOnTheWayAndNoLongerThanItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := opened(t, options(t, "keep_alive: 1h"), func(p *peer) {
			p.welcome()
			id := p.read().PacketID()
			<-time.After(5 * time.Second)
			p.write(&packets.Puback{PacketID: id, Properties: &packets.Properties{}})
			if head, err := p.in.ReadByte(); err != nil || head>>4 != packets.DISCONNECT {
				t.Errorf("no good-bye: %x, %v", head, err)
			}
		})
		done := newResults()
		if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), done.of(0)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
		done.check(t, 1, acknowledged)

		w = opened(t, options(t, "keep_alive: 1h"), func(p *peer) { p.welcome(); p.swallow() })
		if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), done.of(1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := w.Close(ctx); !errors.Is(err, errClosed) {
			t.Errorf("close: %v", err)
		}
		if calls := done.calls[1]; len(calls) != 1 || !transient(calls[0]) {
			t.Errorf("done with %v", calls)
		}
	})
}
