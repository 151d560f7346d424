package faulty_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
)

// own is a fault that only the device of these tests has.
const own = faulty.Own + 7

// start starts a device that answers each octet with a frame.
func start(t *testing.T) *faulty.Server {
	t.Helper()
	s, err := faulty.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Start(func(_ context.Context, conn *faulty.Conn) {
		conn.Falsify = func(f faulty.Fault, frames []byte) []byte {
			if f == own {
				return bytes.ToUpper(frames)
			}
			return frames
		}
		for octet := make([]byte, 1); ; {
			if _, err := conn.Read(octet); err != nil {
				return
			}
			if _, err := conn.Write([]byte("frame.")); err != nil {
				return
			}
		}
	})
	t.Cleanup(s.Close)
	return s
}

// dial connects to a device.
func dial(t *testing.T, s *faulty.Server) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// ask sends an octet and wants an answer.
func ask(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	if _, err := conn.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	hear(t, conn, want)
}

func hear(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("it says %q, %v; want %q", got[:n], err, want)
	}
}

func TestAFaultIsOfWhatIsAnsweredWhileItLasts(t *testing.T) {
	for fault, want := range map[faulty.Fault]string{
		faulty.Garbage: "\xFF\x00\xA5\x5A\x13\x37\x00\xFE\x80", faulty.HalfFrame: "fra", own: "FRAME.", faulty.Refusing: "frame.",
	} {
		s := start(t)
		conn := dial(t, s)
		ask(t, conn, "frame.")
		s.Break(fault)
		ask(t, conn, want)
		s.Heal()
		ask(t, conn, "frame.")
	}
}

func TestAConnectionThatIsCutEndsAndAnotherIsTaken(t *testing.T) {
	for fault, before := range map[faulty.Fault]string{faulty.CutOff: "", faulty.CutInFrame: "fra"} {
		s := start(t)
		conn := dial(t, s)
		s.Break(fault)
		ask(t, conn, before)
		wantEnd(t, conn)
		s.Heal()
		ask(t, dial(t, s), "frame.")
	}
}

func TestADeviceThatIsNotReachedEndsAllConnections(t *testing.T) {
	s := start(t)
	conn := dial(t, s)
	ask(t, conn, "frame.")
	s.Break(faulty.Unreached)
	wantEnd(t, conn)
	wantEnd(t, dial(t, s))
	s.Heal()
	ask(t, dial(t, s), "frame.")
}

func TestClosingEndsWritesThatLinger(t *testing.T) {
	for _, fault := range []faulty.Fault{faulty.Late, faulty.Drip} {
		s := start(t)
		conn := dial(t, s)
		ask(t, conn, "frame.")
		s.Break(fault)
		if _, err := conn.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

func TestFaultsHaveNames(t *testing.T) {
	names := map[string]faulty.Fault{}
	for f := range faulty.Unreached + 1 {
		if before, taken := names[f.String()]; taken {
			t.Errorf("%d and %d are both %q", before, f, f)
		}
		names[f.String()] = f
	}
	if got := own.String(); names[got] != 0 || got == "no fault" {
		t.Error(got)
	}
}

func wantEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	if b, err := io.ReadAll(conn); len(b) > 0 || err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it says %q, %v", b, err)
	}
}
