package channel

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
)

// asked is a call that is on its way.
type asked struct {
	text string
	err  error
}

// ask asks for a text in the background.
func ask(ctx context.Context, c *Channel, timeout time.Duration) <-chan asked {
	ended := make(chan asked, 1)
	go func() {
		response, err := c.Ask(ctx, &ua.ReadRequest{}, nil, timeout)
		if err != nil {
			ended <- asked{err: err}
			return
		}
		ended <- asked{text: response.(*ua.ReadResponse).Results[0].Value.Value().(string)}
	}()
	return ended
}

func wantText(t *testing.T, ended <-chan asked, want string) {
	t.Helper()
	if got := <-ended; got.err != nil || got.text != want {
		t.Errorf("got %q, %v, want %q", got.text, got.err, want)
	}
}

// wantBroken fails unless a call says that the channel is broken, and returns why.
func wantBroken(t *testing.T, err error) *Broken {
	t.Helper()
	b, ok := errors.AsType[*Broken](err)
	if !ok {
		t.Fatalf("got %v, want a broken channel", err)
	}
	return b
}

func TestResponsesFindTheirRequestsInAnyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		first := ask(t.Context(), c, time.Minute)
		one := f.request()
		second := ask(t.Context(), c, time.Minute)
		two := f.request()
		f.answer(two, "second")
		f.answer(one, "first")
		wantText(t, first, "first")
		wantText(t, second, "second")
	})
}

func TestALateResponseIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		late := ask(t.Context(), c, time.Second)
		one := f.request()
		if got := <-late; !errors.Is(got.err, ErrTimeout) {
			t.Fatal(got.err)
		}
		next := ask(t.Context(), c, time.Second)
		two := f.request()
		f.answer(one, "late")
		f.answer(two, "in time")
		wantText(t, next, "in time")
		if c.Stray() != 1 || c.Err() != nil {
			t.Errorf("%d stray, %v", c.Stray(), c.Err())
		}
	})
}

func TestACallEndsWithItsContextAndTheChannelStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := ask(ctx, c, time.Hour)
		f.request()
		cancel()
		if got := <-ended; !errors.Is(got.err, context.Canceled) {
			t.Error(got.err)
		}
		next := ask(t.Context(), c, time.Hour)
		f.answer(f.request(), "well")
		wantText(t, next, "well")
	})
}

func TestAMessageOfManyChunksIsPutTogetherAmongOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		first := ask(t.Context(), c, time.Minute)
		one := f.request()
		second := ask(t.Context(), c, time.Minute)
		two := f.request()
		long := strings.Repeat("long ", 10_000)
		body := encoded(t, told(long))
		f.write(f.chunk(f.token, intermediate, one, body[:20_000]))
		f.answer(two, "short")
		f.write(f.chunk(f.token, intermediate, one, body[20_000:40_000]))
		f.write(f.chunk(f.token, final, one, body[40_000:]))
		wantText(t, second, "short")
		wantText(t, first, long)
	})
}

func TestAnAbandonedMessageIsTheServersError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		ended := ask(t.Context(), c, time.Minute)
		one := f.request()
		f.write(f.chunk(f.token, intermediate, one, []byte("half of some")))
		why := appendBytes(appendUint32(nil, uint32(ua.StatusBadResponseTooLarge)), []byte("too long"))
		f.write(f.chunk(f.token, abandoned, one, why))
		if got := <-ended; !errors.Is(got.err, ua.StatusBadResponseTooLarge) {
			t.Error(got.err)
		}
		if c.Err() != nil {
			t.Error(c.Err())
		}
	})
}

func TestAServersNoIsItsStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		ended := ask(t.Context(), c, time.Minute)
		header := good()
		header.ServiceResult = ua.StatusBadSessionIDInvalid
		f.write(f.chunk(f.token, final, f.request(), encoded(t, &ua.ServiceFault{ResponseHeader: header})))
		if got := <-ended; !errors.Is(got.err, ua.StatusBadSessionIDInvalid) {
			t.Error(got.err)
		}
	})
}

func TestAResponseThatCannotBeReadCostsItsCallOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		for _, body := range [][]byte{nil, {1, 0, 0xFF, 0xFF}, encoded(t, told("cut short"))[:30], encoded(t, &ua.ReadRequest{})} {
			ended := ask(t.Context(), c, time.Minute)
			f.write(f.chunk(f.token, final, f.request(), body))
			if got := <-ended; got.err == nil || c.Err() != nil {
				t.Errorf("% x: %v, %v", body, got.err, c.Err())
			}
		}
	})
}

func TestWhatBreaksTheRulesBreaksTheChannel(t *testing.T) {
	for name, frame := range map[string]func(f *far, request uint32) []byte{
		"garbage":           func(*far, uint32) []byte { return []byte("GET / HTTP/1.1\r\n\r\n") },
		"too long a frame":  func(*far, uint32) []byte { return []byte("MSGF\xFF\xFF\xFF\x7F") },
		"too short a frame": func(*far, uint32) []byte { return []byte("MSGF\x00\x00\x00\x00") },
		"no sequence number": func(f *far, _ uint32) []byte {
			frame := appendUint32(appendUint32(appendHeader(nil, message, final), f.channel), f.token)
			setSize(frame, len(frame))
			return frame
		},
		"foreign keys":       func(f *far, r uint32) []byte { return f.chunk(99, final, r, nil) },
		"a hole":             func(f *far, r uint32) []byte { f.sequence++; return f.chunk(f.token, final, r, nil) },
		"a chunk of no kind": func(f *far, r uint32) []byte { return f.chunk(f.token, 'X', r, nil) },
		"a hello":            func(*far, uint32) []byte { return acknowledgement(0, frameLimit, frameLimit, 0, 0) },
		"an error": func(*far, uint32) []byte {
			frame := appendUint32(appendHeader(nil, failure, final), uint32(ua.StatusBadTCPServerTooBusy))
			frame = appendBytes(frame, []byte("come back later"))
			setSize(frame, len(frame))
			return frame
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := pair(t)
				ended := ask(t.Context(), c, time.Minute)
				f.write(frame(f, f.request()))
				if b := wantBroken(t, (<-ended).err); !b.Sent {
					t.Error("it counts as not sent")
				}
				<-c.Broken()
				_, err := c.Ask(t.Context(), &ua.ReadRequest{}, nil, time.Minute)
				if b := wantBroken(t, err); b.Sent || !errors.Is(b, c.Err()) {
					t.Errorf("a call afterwards: %+v", b)
				}
			})
		})
	}
}

func TestTheServersErrorIsTold(t *testing.T) {
	refused := parseFailure(appendBytes(appendUint32(nil, uint32(ua.StatusBadTCPServerTooBusy)), []byte("later")))
	if !errors.Is(refused, ua.StatusBadTCPServerTooBusy) || !strings.Contains(refused.Error(), "later") {
		t.Error(refused)
	}
	if parseFailure(nil).Status == ua.StatusOK {
		t.Error("an empty error is no error")
	}
}

func TestACutConnectionEndsEveryCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		one := ask(t.Context(), c, time.Hour)
		f.request()
		two := ask(t.Context(), c, time.Hour)
		f.request()
		f.conn.Close()
		for _, ended := range []<-chan asked{one, two} {
			if b := wantBroken(t, (<-ended).err); !errors.Is(b, io.EOF) {
				t.Error(b)
			}
		}
	})
}

func TestClosingEndsACallAndMayBeRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		ended := ask(t.Context(), c, time.Hour)
		f.request()
		goodbye := make(chan string, 1)
		go func() {
			kind, _ := kindOf(f.frame())
			goodbye <- kind
		}()
		synctest.Wait() // until nobody sends
		for range 2 {
			c.Close()
		}
		if b := wantBroken(t, (<-ended).err); !errors.Is(b, ErrClosed) {
			t.Error(b)
		}
		if kind := <-goodbye; kind != closeChannel {
			t.Errorf("the server was told %q", kind)
		}
	})
}

// notes are what a tap is told of beginnings and ends.
type notes []protocols.Note

func (*notes) Active() bool                       { return false }
func (n *notes) Note(is protocols.Note, _ []byte) { *n = append(*n, is) }

func TestAServerThatHangsUpAtTheFarewellHasCutNothing(t *testing.T) {
	c, f := pair(t)
	var told notes
	c.tap = &told
	var hungUp sync.WaitGroup
	hungUp.Go(func() {
		_, _ = io.ReadFull(f.conn, make([]byte, 4)) // of the farewell
		f.conn.Close()
	})
	c.Close()
	hungUp.Wait()
	if !slices.Equal(told, notes{protocols.Closed}) || !errors.Is(c.Err(), ErrClosed) {
		t.Errorf("told %v, and %v", told, c.Err())
	}
}

func TestClosingDoesNotWaitForAServerThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pair(t)
		begin := time.Now()
		if c.Close(); time.Since(begin) > farewell {
			t.Errorf("after %v", time.Since(begin))
		}
	})
}

func TestARequestThatNobodyTakesBreaksTheChannelAtItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pair(t)
		_, err := c.Ask(t.Context(), &ua.ReadRequest{}, nil, time.Second)
		if b := wantBroken(t, err); !b.Sent {
			t.Error(b)
		}
	})
}

func TestALongRequestGoesInChunksThatTheServerTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		request := &ua.ReadRequest{}
		for range 3000 {
			request.NodesToRead = append(request.NodesToRead, &ua.ReadValueID{
				NodeID: ua.NewStringNodeID(1, strings.Repeat("x", 50)), AttributeID: ua.AttributeIDValue, DataEncoding: &ua.QualifiedName{},
			})
		}
		done := make(chan error, 1)
		go func() {
			_, err := c.Ask(t.Context(), request, nil, time.Minute)
			done <- err
		}()
		var body []byte
		var chunks int
		var number uint32
		for {
			frame := f.frame()
			in := cursor{rest: frame[symmetricHeader+4:]}
			number = in.uint32()
			body = append(body, in.rest...)
			if chunks++; len(frame) > frameLimit {
				t.Errorf("a frame of %d bytes", len(frame))
			}
			if _, chunk := kindOf(frame); chunk == final {
				break
			}
		}
		if _, service, err := ua.DecodeService(body); err != nil || chunks < 2 || len(service.(*ua.ReadRequest).NodesToRead) != 3000 {
			t.Errorf("%d chunks, %v", chunks, err)
		}
		f.answer(number, "all")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestARequestThatTheServerWouldNotTakeIsNotSent(t *testing.T) {
	l := limits{send: leastFrame, message: 1000, chunks: 2}
	if err := l.allow(1001, 500); !errors.Is(err, ua.StatusBadRequestTooLarge) {
		t.Error(err)
	}
	if err := l.allow(900, 300); !errors.Is(err, ua.StatusBadRequestTooLarge) {
		t.Error(err)
	}
	if err := l.allow(600, 300); err != nil {
		t.Error(err)
	}
}

func TestKeysAreGoodAsSoonAsTheServerUsesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		ended := ask(t.Context(), c, time.Minute)
		one := f.request()
		old := f.token
		renewed := make(chan error, 1)
		go func() { renewed <- c.Renew(t.Context(), time.Minute) }()
		f.open(f.frame())
		f.write(f.chunk(f.token, final, one, encoded(t, told("under new keys"))))
		wantText(t, ended, "under new keys")
		if err := <-renewed; err != nil {
			t.Fatal(err)
		}
		next := ask(t.Context(), c, time.Minute)
		f.write(f.chunk(old, final, f.request(), encoded(t, told("under old keys"))))
		wantText(t, next, "under old keys")
	})
}

func TestARenewalThatIsRefusedLeavesTheOldKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := pair(t)
		due := c.RenewAt()
		renewed := make(chan error, 1)
		go func() { renewed <- c.Renew(t.Context(), time.Minute) }()
		f.frame()
		header := good()
		header.ServiceResult = ua.StatusBadSecurityPolicyRejected
		f.write(f.opening(2, &ua.ServiceFault{ResponseHeader: header}))
		if err := <-renewed; !errors.Is(err, ua.StatusBadSecurityPolicyRejected) {
			t.Error(err)
		}
		if c.RenewAt() != due || c.Err() != nil {
			t.Errorf("due %v, %v", c.RenewAt(), c.Err())
		}
	})
}

func TestOpeningEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, conn := net.Pipe()
		defer conn.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := Open(ctx, near, Options{Security: Insecure(), Lifetime: time.Hour}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestOpeningWhereNobodySpeaksTheProtocolFails(t *testing.T) {
	for name, answer := range map[string][]byte{
		"garbage":        []byte("HTTP/1.1 400 Bad Request\r\n"),
		"no limits":      acknowledgement(0),
		"tiny limits":    acknowledgement(0, 10, 10, 0, 0),
		"another answer": append([]byte("MSGF\x0C\x00\x00\x00"), 0, 0, 0, 0),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, conn := net.Pipe()
				f := &far{t: t, conn: conn}
				go func() {
					f.frame()
					f.write(answer)
				}()
				_, err := Open(t.Context(), near, Options{Security: Insecure(), Lifetime: time.Hour})
				if !errors.Is(err, errFrame) {
					t.Error(err)
				}
				conn.Close()
			})
		})
	}
}
