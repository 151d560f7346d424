package link_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

func framings() map[string]wire.Framing {
	return map[string]wire.Framing{"RTU": wire.RTU{}, "ASCII": wire.ASCII{}}
}

// onLines runs a test on a line of each framing.
func onLines(t *testing.T, test func(t *testing.T, f wire.Framing)) {
	for name, f := range framings() {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { test(t, f) }) })
	}
}

// addressOf returns the address that a framed read asks for.
func addressOf(f wire.Framing, request []byte) uint16 {
	for address := range uint16(1000) {
		for unit := range byte(4) {
			if bytes.Equal(f.Append(nil, unit, wire.AppendRead(nil, wire.ReadHolding, address, 1)), request) {
				return address
			}
		}
	}
	return 0xFFFF
}

// The bug that is measured of the usual libraries: one timeout, and each later reply answers the request before.
func TestALateReplyOnALineIsNotTheAnswerToTheNextRequest(t *testing.T) {
	onLines(t, func(t *testing.T, f wire.Framing) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(n int, request []byte) []reply {
			value := addressOf(f, request)
			if n == 0 {
				return []reply{{1500 * time.Millisecond, f.Append(nil, 1, registers(value))}}
			}
			return []reply{{0, f.Append(nil, 1, registers(value))}}
		})
		l := link.NewLine(ours, f, link.Timing{Late: 2 * second}, false)
		if c := exchange(t, l, second, ask(1, 100, 1)); !errors.Is(c.Err, link.ErrNoAnswer) {
			t.Fatalf("register 100: %v", c.Err)
		}
		// The late reply is not there yet: what could be confused with it is not asked.
		if c := exchange(t, l, second, ask(1, 101, 1)); !errors.Is(c.Err, link.ErrOwed) {
			t.Fatalf("register 101: % x, %v", c.Reply, c.Err)
		}
		pass(second)
		synctest.Wait()
		// Now it is there; it is dropped, and the line is in step again.
		for i := range uint16(3) {
			wantRegister(t, exchange(t, l, second, ask(1, 101+i, 1)), 101+i)
		}
		if n := l.Stray(); n != 1 {
			t.Errorf("%d late replies", n)
		}
	})
}

func TestAReplyThatNeverComesIsOwedForALimitedTime(t *testing.T) {
	onLines(t, func(t *testing.T, f wire.Framing) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(n int, request []byte) []reply {
			if n == 0 {
				return nil
			}
			return []reply{{0, f.Append(nil, 1, registers(addressOf(f, request)))}}
		})
		l := link.NewLine(ours, f, link.Timing{Late: 2 * second}, false)
		exchange(t, l, second, ask(1, 7, 1))
		if c := exchange(t, l, second, ask(1, 8, 1)); !errors.Is(c.Err, link.ErrOwed) {
			t.Errorf("at once: %v", c.Err)
		}
		pass(2*second + time.Millisecond)
		wantRegister(t, exchange(t, l, second, ask(1, 8, 1)), 8)
	})
}

func TestOtherUnitsAreAskedWhileOneOwesAReply(t *testing.T) {
	onLines(t, func(t *testing.T, f wire.Framing) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(n int, request []byte) []reply {
			if n == 0 {
				return []reply{{1100 * time.Millisecond, f.Append(nil, 1, registers(11))}}
			}
			return []reply{{200 * time.Millisecond, f.Append(nil, 2, registers(22))}}
		})
		l := link.NewLine(ours, f, link.Timing{Late: 5 * second}, false)
		exchange(t, l, second, ask(1, 0, 1))
		wantRegister(t, exchange(t, l, second, ask(2, 0, 1)), 22)
		if n := l.Stray(); n != 1 {
			t.Errorf("%d late replies were seen while unit 2 was asked", n)
		}
		if c := exchange(t, l, second, ask(1, 0, 1)); errors.Is(c.Err, link.ErrOwed) {
			t.Error("unit 1 still owes what has come")
		}
	})
}

func TestNoiseOnALineIsPassedOver(t *testing.T) {
	onLines(t, func(t *testing.T, f wire.Framing) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(_ int, request []byte) []reply {
			frame := f.Append(nil, 1, registers(addressOf(f, request)))
			return []reply{
				{0, []byte{0xFF, 1, 3, 2, 0, 0x13, '\n'}},
				{time.Millisecond, f.Append(nil, 3, registers(99))},
				{2 * time.Millisecond, frame[:3]},
				{3 * time.Millisecond, frame[3:]},
			}
		})
		l := link.NewLine(ours, f, link.Timing{}, false)
		for i := range uint16(5) {
			wantRegister(t, exchange(t, l, second, ask(1, i, 1)), i)
			pass(10 * time.Millisecond)
		}
	})
}

func TestEndlessNoiseDoesNotHideTheReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(int, []byte) []reply {
			var out []reply
			for i := range 50 {
				out = append(out, reply{time.Duration(i) * time.Millisecond, make([]byte, 1000)})
			}
			return append(out, reply{60 * time.Millisecond, wire.RTU{}.Append(nil, 1, registers(5))})
		})
		l := link.NewLine(ours, wire.RTU{}, link.Timing{}, false)
		wantRegister(t, exchange(t, l, second, ask(1, 0, 1)), 5)
	})
}

func TestFramesOnALineKeepTheirDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		var at []time.Time
		device(t, theirs, func(int, []byte) []reply {
			at = append(at, time.Now())
			return []reply{{0, wire.RTU{}.Append(nil, 1, registers(5))}}
		})
		l := link.NewLine(ours, wire.RTU{}, link.Timing{Gap: 4 * time.Millisecond}, false)
		calls := []link.Call{ask(1, 0, 1), ask(1, 1, 1), ask(1, 2, 1)}
		if err := l.Exchange(t.Context(), second, calls); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d < 4*time.Millisecond {
				t.Errorf("%v between frames", d)
			}
		}
	})
}

func TestASilentConnectionIsGivenUpAndASilentPortIsNot(t *testing.T) {
	for _, connection := range []bool{true, false} {
		t.Run(fmt.Sprint("connection: ", connection), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := wireTo(t)
				device(t, theirs, func(int, []byte) []reply { return nil })
				l := link.NewLine(ours, wire.RTU{}, link.Timing{}, connection)
				var err error
				for unit := byte(1); unit < 10 && err == nil; unit++ {
					err = l.Exchange(t.Context(), second, []link.Call{ask(unit, 0, 1)})
				}
				if broken := err != nil; broken != connection {
					t.Errorf("the link broke: %v", err)
				}
			})
		})
	}
}

func TestALineThatIsCutIsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		l := link.NewLine(ours, wire.RTU{}, link.Timing{}, false)
		theirs.Close()
		err := l.Exchange(t.Context(), second, []link.Call{ask(1, 0, 1)})
		if b, ok := errors.AsType[*link.Broken](err); !ok || b.Sent {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnExchangeOnALineCanBeCalledOff(t *testing.T) {
	onLines(t, func(t *testing.T, f wire.Framing) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(n int, request []byte) []reply {
			if n == 0 {
				return nil
			}
			return []reply{{0, f.Append(nil, 2, registers(addressOf(f, request)))}}
		})
		l := link.NewLine(ours, f, link.Timing{Late: second}, false)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		calls := []link.Call{ask(1, 0, 1), ask(1, 1, 1)}
		began := time.Now()
		if err := l.Exchange(ctx, time.Hour, calls); err != nil {
			t.Fatal(err)
		}
		if time.Since(began) > second {
			t.Errorf("it took %v", time.Since(began))
		}
		for i, c := range calls {
			if !errors.Is(c.Err, context.Canceled) || !errors.Is(c.Err, link.ErrNoAnswer) {
				t.Errorf("call %d: %v", i, c.Err)
			}
		}
		wantRegister(t, exchange(t, l, second, ask(2, 9, 1)), 9)
	})
}

func TestALineIsListenedToBeforeItIsUsed(t *testing.T) {
	onLines(t, func(t *testing.T, f wire.Framing) {
		ours, theirs := wireTo(t)
		time.AfterFunc(500*time.Millisecond, func() { _, _ = theirs.Write(f.Append(nil, 1, registers(99))) })
		l := link.NewLine(ours, f, link.Timing{Late: second}, false)
		began := time.Now()
		if err := l.Hush(t.Context()); err != nil || time.Since(began) != second {
			t.Fatalf("it listened for %v: %v", time.Since(began), err)
		}
		device(t, theirs, func(_ int, request []byte) []reply {
			return []reply{{0, f.Append(nil, 1, registers(addressOf(f, request)))}}
		})
		wantRegister(t, exchange(t, l, second, ask(1, 5, 1)), 5)
	})
}

func TestListeningEndsWithItsContextAndItsPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := wireTo(t)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if err := link.NewLine(ours, wire.RTU{}, link.Timing{Late: time.Hour}, false).Hush(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("called off: %v", err)
		}
		theirs.Close()
		if err := link.NewLine(ours, wire.RTU{}, link.Timing{Late: time.Hour}, false).Hush(t.Context()); err == nil {
			t.Error("a line that is cut was listened to")
		}
	})
}

func TestAReplyThatCameAfterItsTimeIsDroppedAllTheSame(t *testing.T) {
	onLines(t, func(t *testing.T, f wire.Framing) {
		ours, theirs := wireTo(t)
		device(t, theirs, func(n int, request []byte) []reply {
			if n == 0 {
				return []reply{{5 * second, f.Append(nil, 1, registers(100))}}
			}
			return []reply{{0, f.Append(nil, 1, registers(addressOf(f, request)))}}
		})
		l := link.NewLine(ours, f, link.Timing{Late: second}, false)
		exchange(t, l, second, ask(1, 100, 1))
		pass(6 * second) // the reply waits in the port
		wantRegister(t, exchange(t, l, second, ask(1, 101, 1)), 101)
	})
}
