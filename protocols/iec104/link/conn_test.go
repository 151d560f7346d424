package link_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
)

// pair returns the two ends of a line, both run, and what each end has been given.
func pair(t *testing.T) (near, far *link.Conn, nearHeard, farHeard chan string) {
	t.Helper()
	a, b := net.Pipe()
	nearHeard, farHeard = make(chan string, 10000), make(chan string, 10000)
	near = link.Open(a, link.Options{Parameters: link.Standard(), Handle: func(asdu []byte) { nearHeard <- string(asdu) }})
	slower := link.Standard()
	slower.T3 = time.Minute // a pipe takes nothing while both ends write
	far = link.Open(b, link.Options{Parameters: slower, Controlled: true, Handle: func(asdu []byte) { farHeard <- string(asdu) }})
	return near, far, nearHeard, farHeard
}

func TestAConnectionIsStartedAndCarriesASDUsBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far, nearHeard, farHeard := pair(t)
		defer far.Close()
		defer near.Close()
		if err := near.Ask(t.Context(), apdu.StartAct); err != nil {
			t.Fatal(err)
		}
		for n := range 1000 {
			if err := near.Send(t.Context(), fmt.Appendf(nil, "to %d", n)); err != nil {
				t.Fatal(err)
			}
			if err := far.Send(t.Context(), fmt.Appendf(nil, "from %d", n)); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 1000 {
			if got := <-farHeard; got != fmt.Sprintf("to %d", n) {
				t.Fatalf("ASDU %d is %q", n, got)
			}
			if got := <-nearHeard; got != fmt.Sprintf("from %d", n) {
				t.Fatalf("ASDU %d is %q", n, got)
			}
		}
	})
}

func TestAQuietConnectionLivesByTests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far, _, _ := pair(t)
		defer far.Close()
		defer near.Close()
		if err := near.Ask(t.Context(), apdu.StartAct); err != nil {
			t.Fatal(err)
		}
		<-time.After(48 * time.Hour)
		if near.Err() != nil || far.Err() != nil {
			t.Errorf("%v, %v", near.Err(), far.Err())
		}
	})
}

func TestAPeerThatSaysNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		swallowed := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, b)
			swallowed <- err
		}()
		c := link.Open(a, link.Options{Parameters: link.Standard(), Handle: func([]byte) {}})
		begun := time.Now()
		err := c.Ask(t.Context(), apdu.StartAct)
		if f, ok := errors.AsType[*link.Failure](err); !ok || !f.Sent || !errors.Is(err, link.ErrTimeout) || time.Since(begun) != 15*time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		if err := c.Send(t.Context(), []byte{1}); !errors.Is(err, link.ErrTimeout) {
			t.Errorf("send: %v", err)
		}
		c.Close()
		b.Close()
		<-swallowed
	})
}

func TestACallEndsWithItsContextAndSaysWhetherItWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		c := link.Open(a, link.Options{Parameters: link.Standard(), Handle: func([]byte) {}})
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := c.Send(ctx, []byte{1})
		if f, ok := errors.AsType[*link.Failure](err); !ok || f.Sent || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("on a link that is not started: %v", err)
		}
	})
}

func TestATransportThatTakesNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe() // whose other end nobody reads
		defer b.Close()
		c := link.Open(a, link.Options{Parameters: link.Standard(), Handle: func([]byte) {}})
		defer c.Close()
		if err := c.Ask(t.Context(), apdu.StartAct); err == nil || c.Err() == nil {
			t.Errorf("%v, %v", err, c.Err())
		}
	})
}

func TestFramesMayComeInAnyPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		heard := make(chan string, 10)
		c := link.Open(a, link.Options{Parameters: link.Standard(), Controlled: true, Handle: func(asdu []byte) { heard <- string(asdu) }})
		octets := apdu.AppendU(nil, apdu.StartAct)
		octets = apdu.AppendI(octets, 0, 0, []byte("one"))
		octets = apdu.AppendI(octets, 1, 0, []byte("two"))
		answered := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, b)
			answered <- err
		}()
		for _, octet := range octets {
			if _, err := b.Write([]byte{octet}); err != nil {
				t.Fatal(err)
			}
		}
		if one, two := <-heard, <-heard; one != "one" || two != "two" {
			t.Errorf("%q, %q", one, two)
		}
		if _, err := b.Write([]byte{0x16}); err != nil {
			t.Fatal(err)
		}
		<-c.Done()
		if !errors.Is(c.Err(), apdu.ErrFrame) {
			t.Error(c.Err())
		}
		c.Close()
		b.Close()
		<-answered
	})
}
