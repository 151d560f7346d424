package faultline_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// server answers every request with register 0 = 42.
func server(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn)
		}
	}()
	return listener.Addr().String()
}

func answer(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, wire.MaxMBAP)
	for {
		n, err := io.ReadAtLeast(conn, buf, 12)
		if err != nil {
			return
		}
		f, _, err := wire.ParseMBAP(buf[:n])
		if err != nil {
			return
		}
		f.PDU = []byte{f.PDU[0], 2, 0, 42}
		if _, err := conn.Write(wire.AppendMBAP(nil, f)); err != nil {
			return
		}
	}
}

func listen(t *testing.T) *faultline.Line {
	t.Helper()
	l, err := faultline.Listen(t.Context(), "127.0.0.1:0", server(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func connect(t *testing.T, l *faultline.Line) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", l.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// request sends a read to a unit.
func request(t *testing.T, conn net.Conn, transaction uint16, unit byte) {
	t.Helper()
	frame := wire.AppendMBAP(nil, wire.Frame{
		Transaction: transaction, Unit: unit, PDU: wire.AppendRead(nil, wire.ReadHolding, 0, 1),
	})
	if _, err := conn.Write(frame); err != nil {
		t.Fatal(err)
	}
}

// receive reads n bytes, waiting as long as it takes.
func receive(t *testing.T, conn net.Conn, n int) []byte {
	t.Helper()
	buf := make([]byte, n)
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, buf); err != nil {
		t.Fatal(err)
	}
	return buf
}

// wantSilence fails if anything is received in a short while.
func wantSilence(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if n, err := conn.Read(make([]byte, 100)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("%d bytes, %v", n, err)
	}
}

const replyLength = 11

func wantReply(t *testing.T, conn net.Conn, transaction uint16) {
	t.Helper()
	f, _, err := wire.ParseMBAP(receive(t, conn, replyLength))
	if err != nil || f.Transaction != transaction || f.PDU[3] != 42 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestALineWithoutFaultsPassesRepliesOn(t *testing.T) {
	l := listen(t)
	conn := connect(t, l)
	for i := range uint16(10) {
		request(t, conn, i, 1)
		wantReply(t, conn, i)
	}
	if n := l.Requests(); n != 10 {
		t.Errorf("%d requests", n)
	}
}

func TestAFaultOfOneUnitLeavesTheOthersAlone(t *testing.T) {
	l := listen(t)
	conn := connect(t, l)
	l.Set(1, faultline.Fault{Kind: faultline.Dead})
	request(t, conn, 1, 1)
	request(t, conn, 2, 2)
	wantReply(t, conn, 2)
	wantSilence(t, conn)
	l.Heal()
	request(t, conn, 3, 1)
	wantReply(t, conn, 3)
}

func TestAReplyThatIsHeldIsOvertaken(t *testing.T) {
	l := listen(t)
	conn := connect(t, l)
	l.Set(1, faultline.Fault{Kind: faultline.Held})
	request(t, conn, 1, 1)
	request(t, conn, 2, 2)
	wantReply(t, conn, 2)
	l.Heal()
	wantReply(t, conn, 1)
}

func TestFaultsDoToRepliesWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		fault faultline.Fault
		want  []byte
	}{
		{faultline.Fault{Kind: faultline.Garbage}, []byte{0xFF, 0x00, 0xA5, 0x5A}},
		{faultline.Fault{Kind: faultline.HalfFrame}, []byte{0, 1, 0, 0, 0}},
		{faultline.Fault{Kind: faultline.Refused, Exception: wire.IllegalAddress}, []byte{0, 1, 0, 0, 0, 3, 1, 0x83, 2}},
		{faultline.Fault{Kind: faultline.Foreign}, []byte{0, 1, 0, 0, 0, 5, 1, 2, 2, 0, 42}},
		{faultline.Fault{Kind: faultline.Slow, Delay: time.Millisecond}, []byte{0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 42}},
		{faultline.Fault{Kind: faultline.Drip, Delay: time.Millisecond}, []byte{0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 42}},
		{faultline.Fault{Kind: faultline.Twice}, []byte{0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 42, 0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 42}},
	} {
		t.Run(c.fault.Kind.String(), func(t *testing.T) {
			l := listen(t)
			conn := connect(t, l)
			l.SetAll(c.fault)
			request(t, conn, 1, 1)
			if got := receive(t, conn, len(c.want)); !bytes.Equal(got, c.want) {
				t.Errorf("got  % x\nwant % x", got, c.want)
			}
		})
	}
}

// wantEnd waits for the end of a connection.
func wantEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("the connection is open: %v", err)
	}
}

func TestConnectionsAreCutAndRefused(t *testing.T) {
	l := listen(t)
	conn := connect(t, l)
	request(t, conn, 1, 1)
	wantReply(t, conn, 1)
	if n := l.Cut(); n != 1 {
		t.Errorf("%d connections were cut", n)
	}
	wantEnd(t, conn)
	l.Refuse(true)
	wantEnd(t, connect(t, l))
	l.Refuse(false)
	conn = connect(t, l)
	request(t, conn, 1, 1)
	wantReply(t, conn, 1)
	l.SetAll(faultline.Fault{Kind: faultline.CutOff})
	request(t, conn, 2, 1)
	wantEnd(t, conn)
}

func TestAHalfOpenLineTakesRequestsAndIsSilent(t *testing.T) {
	l := listen(t)
	l.HalfOpen(true)
	conn := connect(t, l)
	request(t, conn, 1, 1)
	wantSilence(t, conn)
}

func TestClosingLeavesNothingBehind(t *testing.T) {
	target := server(t)
	leak.None(t)
	l, err := faultline.Listen(t.Context(), "127.0.0.1:0", target, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, l)
	l.Set(1, faultline.Fault{Kind: faultline.Slow, Delay: time.Hour})
	l.Set(2, faultline.Fault{Kind: faultline.Drip, Delay: time.Hour})
	request(t, conn, 1, 1)
	request(t, conn, 3, 3)
	wantReply(t, conn, 3)
	request(t, conn, 2, 2) // its bytes drip, and hold up what comes after
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	conn.Close()
}

func TestKindsHaveNamesThatAreRead(t *testing.T) {
	for k := faultline.None; k <= faultline.CutOff; k++ {
		if got, ok := faultline.ParseKind(k.String()); !ok || got != k {
			t.Errorf("%v is read as %v", k, got)
		}
	}
	if k, ok := faultline.ParseKind("flood"); ok {
		t.Errorf("flood is %v", k)
	}
	if got := faultline.Kind(99).String(); got != "unknown" {
		t.Error(got)
	}
}
