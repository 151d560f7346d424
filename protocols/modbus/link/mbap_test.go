package link_test

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// parse takes all frames off a buffer.
func parse(buf []byte) (frames []wire.Frame) {
	for len(buf) > 0 {
		f, n, err := wire.ParseMBAP(buf)
		if err != nil || n == 0 {
			return frames
		}
		frames = append(frames, f)
		buf = buf[n:]
	}
	return frames
}

// echo answers a frame with the address that it asks for.
func echo(f wire.Frame) []byte {
	return wire.AppendMBAP(nil, wire.Frame{
		Transaction: f.Transaction, Unit: f.Unit, PDU: registers(uint16(f.PDU[1])<<8 | uint16(f.PDU[2])),
	})
}

func TestSeveralRequestsAreOnTheWayAtOnceAndAnsweredInAnyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(_ int, request []byte) (out []reply) {
			frames := parse(request)
			slices.Reverse(frames)
			for i, f := range frames {
				out = append(out, reply{time.Duration(i) * time.Millisecond, echo(f)})
			}
			return out
		})
		l := link.NewMBAP(ours)
		for round := range uint16(3) {
			var calls []link.Call
			for i := range uint16(8) {
				calls = append(calls, ask(1, 10*round+i, 1))
			}
			began := time.Now()
			if err := l.Exchange(t.Context(), second, calls); err != nil {
				t.Fatal(err)
			}
			if d := time.Since(began); d > 10*time.Millisecond {
				t.Errorf("eight requests took %v", d)
			}
			for i := range calls {
				wantRegister(t, calls[i], 10*round+uint16(i))
			}
		}
	})
}

func TestALateReplyIsKnownByItsTransactionAndDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(n int, request []byte) (out []reply) {
			for _, f := range parse(request) {
				delays := map[int]time.Duration{0: 1500 * time.Millisecond, 1: 700 * time.Millisecond}
				out = append(out, reply{delays[n], echo(f)})
			}
			return out
		})
		l := link.NewMBAP(ours)
		if c := exchange(t, l, second, ask(1, 100, 1)); !errors.Is(c.Err, link.ErrNoAnswer) {
			t.Fatalf("register 100: %v", c.Err)
		}
		for i := range uint16(3) {
			wantRegister(t, exchange(t, l, second, ask(1, 101+i, 1)), 101+i)
		}
		if n := l.Stray(); n != 1 {
			t.Errorf("%d late replies", n)
		}
	})
}

func TestTransactionsCountOnBeyondTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(_ int, request []byte) (out []reply) {
			for _, f := range parse(request) {
				out = append(out, reply{0, echo(f)})
			}
			return out
		})
		l := link.NewMBAP(ours)
		for n := 0; n < 0x10000+10; n += 16 {
			calls := make([]link.Call, 16)
			for i := range calls {
				calls[i] = ask(1, uint16(n+i)%1000, 1)
			}
			if err := l.Exchange(t.Context(), second, calls); err != nil {
				t.Fatal(err)
			}
			for i := range calls {
				wantRegister(t, calls[i], uint16(n+i)%1000)
			}
		}
	})
}

func TestABrokenStreamBreaksTheLink(t *testing.T) {
	for name, answer := range map[string]func(f wire.Frame) []byte{
		"garbage":    func(wire.Frame) []byte { return []byte("HTTP/1.1 400 Bad Request") },
		"half frame": func(f wire.Frame) []byte { return echo(f)[:9] },
		"no length":  func(wire.Frame) []byte { return []byte{0, 0, 0, 0, 0, 0, 1} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := wireTo(t)
				device(t, theirs, func(_ int, request []byte) []reply { return []reply{{0, answer(parse(request)[0])}} })
				calls := []link.Call{ask(1, 0, 1)}
				err := link.NewMBAP(ours).Exchange(t.Context(), second, calls)
				if b, ok := errors.AsType[*link.Broken](err); !ok || !b.Sent || calls[0].Err == nil {
					t.Errorf("%v; the call: %v", err, calls[0].Err)
				}
			})
		})
	}
}

func TestAReplyDrippingInIsTakenWhenItIsWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(_ int, request []byte) (out []reply) {
			for i, b := range echo(parse(request)[0]) {
				out = append(out, reply{time.Duration(i) * time.Millisecond, []byte{b}})
			}
			return out
		})
		wantRegister(t, exchange(t, link.NewMBAP(ours), second, ask(1, 7, 1)), 7)
	})
}

func TestTheReplyOfAnotherUnitIsNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(_ int, request []byte) []reply {
			f := parse(request)[0]
			f.Unit++
			return []reply{{0, echo(f)}}
		})
		if c := exchange(t, link.NewMBAP(ours), second, ask(1, 7, 1)); !errors.Is(c.Err, wire.ErrMismatch) {
			t.Errorf("% x, %v", c.Reply, c.Err)
		}
	})
}

func TestAnExchangeCanBeCalledOffAndTheNextOneIsWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(n int, request []byte) []reply {
			delay := time.Duration(0)
			if n%2 == 0 {
				delay = 10 * time.Millisecond
			}
			return []reply{{delay, echo(parse(request)[0])}}
		})
		l := link.NewMBAP(ours)
		for i := range uint16(20) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			calls := []link.Call{ask(1, i, 1)}
			if err := l.Exchange(ctx, time.Hour, calls); err != nil {
				t.Fatal(err)
			}
			if !errors.Is(calls[0].Err, context.Canceled) {
				t.Errorf("called off: %v", calls[0].Err)
			}
			wantRegister(t, exchange(t, l, second, ask(1, 1000+i, 1)), 1000+i)
			pass(20 * time.Millisecond)
		}
	})
}

func TestADeadlineOfTheCallerEndsAnExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(int, []byte) []reply { return nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		calls := []link.Call{ask(1, 0, 1)}
		if err := link.NewMBAP(ours).Exchange(ctx, time.Hour, calls); err != nil || !errors.Is(calls[0].Err, link.ErrNoAnswer) {
			t.Errorf("%v, %v", err, calls[0].Err)
		}
	})
}

func TestALostDatagramBreaksNothing(t *testing.T) {
	peer, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	go func() {
		buf := make([]byte, 1024)
		for n := 0; ; n++ {
			length, from, err := peer.ReadFrom(buf)
			if err != nil {
				return
			}
			f := parse(buf[:length])
			switch n {
			case 1: // lost
			case 2:
				_, _ = peer.WriteTo([]byte("garbage"), from)
				_, _ = peer.WriteTo(echo(f[0])[:8], from)
			default:
				_, _ = peer.WriteTo(echo(f[0]), from)
			}
		}
	}()
	conn, err := net.Dial("udp", peer.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	l := link.NewDatagrams(conn)
	defer l.Close()
	wantRegister(t, exchange(t, l, time.Minute, ask(1, 5, 1)), 5)
	for range 2 {
		if c := exchange(t, l, 50*time.Millisecond, ask(1, 5, 1)); !errors.Is(c.Err, link.ErrNoAnswer) {
			t.Errorf("lost: %v", c.Err)
		}
	}
	wantRegister(t, exchange(t, l, time.Minute, ask(1, 6, 1)), 6)
}

func TestClosingALinkTwiceIsNoError(t *testing.T) {
	ours, _ := net.Pipe()
	l := link.NewMBAP(ours)
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// late is a connection of a process that had no time to look: its first read finds its time over, though the reply is
// there.
type late struct {
	net.Conn
	reads int
}

func (l *late) Read(p []byte) (int, error) {
	if l.reads++; l.reads == 1 {
		return 0, os.ErrDeadlineExceeded
	}
	return l.Conn.Read(p)
}

func TestAReplyThatIsThereIsTakenThoughItsTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(_ int, request []byte) (out []reply) {
			for _, f := range parse(request) {
				out = append(out, reply{0, echo(f)})
			}
			return out
		})
		calls := []link.Call{ask(1, 7, 1)}
		if err := link.NewMBAP(&late{Conn: ours}).Exchange(t.Context(), second, calls); err != nil {
			t.Fatal(err)
		}
		wantRegister(t, calls[0], 7)
	})
}
