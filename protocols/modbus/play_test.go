package modbus_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/foreign"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// played is a device that is reached by a scheme and a query, and at its recording by another scheme.
func played(address, scheme, query, later string) conformance.Replay {
	device := func(keys string) func(testing.TB, string) *config.Device {
		return func(t testing.TB, at string) *config.Device {
			t.Helper()
			endpoint := later + "://" + at + query
			if at == address {
				endpoint = scheme + "://" + at + query
			}
			return kit.Device(t, endpoint, keys+"max_gap: 0,",
				"name: a, address: 'holding:0'", "name: b, address: 'holding:1', type: int16, scale: 0.1",
				"name: c, address: 'holding:50', type: float32", "name: far, address: 'holding:2000'", "name: on, address: 'coil:3', access: rw")
		}
	}
	return conformance.Replay{
		Kit: kit, Address: address, Device: device(""), Hasty: device("timeout: 100ms, shortest_timeout: 100ms, "),
	}
}

// scanDuring scans, and does not wait for what does not answer.
func scanDuring(w *conformance.Witness, fault faultline.Kind) {
	switch fault {
	case faultline.Dead, faultline.Held, faultline.HalfFrame:
		w.ScanHastily()
	default:
		w.Scan()
	}
}

// disturbances is a bad day of a device. Half a frame is not among them: whether it or the timeout comes first is not known.
func disturbances() []faultline.Fault {
	return []faultline.Fault{
		{},
		{Kind: faultline.Refused, Exception: wire.DeviceBusy},
		{Kind: faultline.Garbage},
		{},
		{Kind: faultline.Dead},
		{Kind: faultline.Foreign},
		{Kind: faultline.Twice},
		{Kind: faultline.CutOff},
		{},
		{Kind: faultline.Refused, Exception: wire.DeviceFailure},
		{},
	}
}

func TestARecordedFaultyDeviceIsTheSameWhenItIsPlayed(t *testing.T) {
	p := newPLC(t)
	r := played(p.line.Address(), "tcp", "", "tcp")
	r.Speeds = []float64{1}
	r.Day = func(w *conformance.Witness, live bool) {
		for i, f := range disturbances() {
			if live {
				p.line.SetAll(f)
				p.unit.SetHolding(0, uint16(100+i), uint16(0xFF00+i))
			}
			scanDuring(w, f.Kind)
		}
	}
	r.Run(t)
}

func TestHalfAReplyIsPlayedAsThatHalf(t *testing.T) {
	p := newPLC(t)
	replay := played(p.line.Address(), "tcp", "", "tcp")
	tap := conformance.Recorder(t)
	first := replay.Witness(t, replay.Address, tap)
	p.line.SetAll(faultline.Fault{Kind: faultline.HalfFrame})
	var sent, received []byte
	conformance.Eventually(t, "half a reply is recorded", func() bool {
		first.ScanHastily()
		r, err := tap.Recording()
		if err != nil {
			t.Fatal(err)
		}
		sent, received = streams(r)
		return len(received) > 0
	})
	first.Close()
	tap.Stop()
	conn, err := net.Dial("tcp", replay.Play(t, tap))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(sent); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(conformance.Patience)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(received))
	if n, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, received) {
		t.Errorf("played % x, %v; it had been % x", got[:n], err, received)
	}
}

func TestALateReplyIsPlayedLateAtAnySpeed(t *testing.T) {
	p := newPLC(t)
	replay := played(p.line.Address(), "tcp", "", "tcp")
	tap := conformance.Recorder(t)
	first := replay.Witness(t, replay.Address, tap)
	var during []faultline.Kind // of each scan
	scan := func(fault faultline.Kind) {
		during = append(during, fault)
		scanDuring(first, fault)
	}
	scan(faultline.None)
	asked := p.line.Requests() + 1
	p.line.SetAll(faultline.Fault{Kind: faultline.Held})
	scan(faultline.Held)
	conformance.Eventually(t, "the request is at the device", func() bool { return p.line.Requests() == asked })
	go func() { // so that the reply comes behind the next request
		for p.line.Requests() == asked && t.Context().Err() == nil {
			<-time.After(time.Millisecond)
		}
		p.line.Heal()
	}()
	scan(faultline.None)
	conformance.Eventually(t, "the late reply has come", func() bool {
		scan(faultline.None)
		r, _ := tap.Recording()
		requests, replies := frames(r)
		return replies == requests
	})
	first.Close()
	tap.Stop()
	second := replay.Witness(t, replay.Play(t, tap), nil)
	for _, fault := range during {
		scanDuring(second, fault)
	}
	second.Close()
	if got, want := second.Story(), first.Story(); got != want {
		t.Errorf("the device was played as\n%s\nand had been\n%s", got, want)
	}
}

// frames counts the frames that went each way.
func frames(r *record.Recording) (requests, replies int) {
	sent, received := streams(r)
	return whole(sent), whole(received)
}

// streams returns what went each way.
func streams(r *record.Recording) (sent, received []byte) {
	for _, f := range r.Frames {
		switch f.Note {
		case protocols.Sent:
			sent = append(sent, f.Data...)
		case protocols.Received:
			received = append(received, f.Data...)
		}
	}
	return sent, received
}

func whole(stream []byte) (n int) {
	for {
		_, length, err := wire.ParseMBAP(stream)
		if err != nil || length == 0 {
			return n
		}
		stream = stream[length:]
		n++
	}
}

func TestASerialLineIsPlayedAsItsTunnel(t *testing.T) {
	foreignDevices(t)
	for _, mode := range []string{"rtu+tcp", "ascii+tcp", "udp"} {
		t.Run(mode, func(t *testing.T) {
			d := installed(foreign.Pymodbus(t.Context(), mode))(t)
			r := played(d.Address(), mode, quickly, strings.Replace(mode, "udp", "tcp", 1))
			r.Once = true
			r.Day = func(w *conformance.Witness, live bool) {
				for range 3 {
					w.Scan()
				}
				if live && !strings.Contains(w.Story(), "Good") {
					t.Errorf("nothing was read: %s", w.Story())
				}
			}
			r.Run(t)
		})
	}
}
