package modbus_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/foreign"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/tag"
)

// observer scans a device a number of times, dialling anew after each fault of the session, and writes down all that
// it sees.
type observer struct {
	t       *testing.T
	config  *config.Device
	device  protocols.Device // waits for replies as long as a loaded machine may take
	hasty   protocols.Device // is for what does not answer
	tap     protocols.Tap
	session protocols.Session
	story   []string
}

func observe(t *testing.T, endpoint string, tap protocols.Tap) *observer {
	t.Helper()
	tags := []string{
		"name: a, address: 'holding:0'", "name: b, address: 'holding:1', type: int16, scale: 0.1",
		"name: c, address: 'holding:50', type: float32", "name: far, address: 'holding:2000'", "name: on, address: 'coil:3', access: rw",
	}
	c := kit.Device(t, endpoint, "max_gap: 0,", tags...)
	hasty := kit.Device(t, endpoint, "timeout: 100ms, shortest_timeout: 100ms, max_gap: 0,", tags...)
	return &observer{t: t, config: c, device: kit.Compile(t, c), hasty: kit.Compile(t, hasty), tap: tap}
}

// scan scans once, and notes values, qualities and the fault.
func (o *observer) scan(during string) {
	o.t.Helper()
	device := o.device
	if during == faultline.Dead.String() || during == faultline.Held.String() || during == faultline.HalfFrame.String() {
		device = o.hasty
	}
	if o.session == nil {
		ctx, cancel := context.WithTimeout(o.t.Context(), conformance.Patience)
		defer cancel()
		var err error
		o.session, err = modbus.Driver{}.Dial(ctx, protocols.Endpoint{
			URL: o.config.Endpoint.Parsed(), Options: o.config.EndpointOptions, Logger: slog.New(slog.DiscardHandler), Tap: o.tap,
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
	values, err := scan(o.t, o.session, device, 5)
	line := during + ":"
	for _, v := range values {
		line += fmt.Sprintf(" %s(%s)", tag.AppendJSON(nil, v), v.Quality())
	}
	if err != nil {
		f := protocols.FaultOf(err)
		line += fmt.Sprintf(" fault of the %s, %s, sent %v", f.Scope, f.Quality, f.Sent)
		if f.Scope == protocols.ScopeSession {
			o.close()
		}
	}
	o.story = append(o.story, line)
}

func (o *observer) close() {
	if o.session != nil {
		if err := o.session.Close(); err != nil {
			o.t.Error(err)
		}
		o.session = nil
	}
}

// play serves a file of a recording and returns its address.
func play(t *testing.T, file []byte, o record.Options) string {
	t.Helper()
	r, err := record.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- modbus.Driver{}.Play(ctx, r, listener, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// file returns what was recorded as a file.
func file(t *testing.T, r *record.Recorder, endpoint string) []byte {
	t.Helper()
	recording, err := r.Recording()
	if err != nil {
		t.Fatal(err)
	}
	recording.Header.Endpoint = endpoint
	var b bytes.Buffer
	if _, err := recording.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func recorder(t *testing.T) *record.Recorder {
	t.Helper()
	r := record.NewRecorder(time.Now)
	if err := r.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	return r
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
	tap := recorder(t)
	first := observe(t, p.endpoint(), tap)
	for i, f := range disturbances() {
		p.line.SetAll(f)
		p.unit.SetHolding(0, uint16(100+i), uint16(0xFF00+i))
		first.scan(f.Kind.String())
	}
	first.close()
	tap.Stop()
	for _, speed := range []float64{0, 1} {
		second := observe(t, "tcp://"+play(t, file(t, tap, first.config.Endpoint.WithoutQuery()), record.Options{Speed: speed}), nil)
		for _, f := range disturbances() {
			second.scan(f.Kind.String())
		}
		second.close()
		if got, want := strings.Join(second.story, "\n"), strings.Join(first.story, "\n"); got != want {
			t.Errorf("at speed %v the device was played as\n%s\nand had been\n%s", speed, got, want)
		}
	}
}

func TestHalfAReplyIsPlayedAsThatHalf(t *testing.T) {
	p := newPLC(t)
	tap := recorder(t)
	first := observe(t, p.endpoint(), tap)
	p.line.SetAll(faultline.Fault{Kind: faultline.HalfFrame})
	var sent, received []byte
	conformance.Eventually(t, "half a reply is recorded", func() bool {
		first.scan(faultline.HalfFrame.String())
		r, err := tap.Recording()
		if err != nil {
			t.Fatal(err)
		}
		sent, received = streams(r)
		return len(received) > 0
	})
	first.close()
	tap.Stop()
	conn, err := net.Dial("tcp", play(t, file(t, tap, first.config.Endpoint.WithoutQuery()), record.Options{}))
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
	tap := recorder(t)
	first := observe(t, p.endpoint(), tap)
	first.scan("well")
	asked := p.line.Requests() + 1
	p.line.SetAll(faultline.Fault{Kind: faultline.Held})
	first.scan(faultline.Held.String())
	conformance.Eventually(t, "the request is at the device", func() bool { return p.line.Requests() == asked })
	go func() { // so that the reply comes behind the next request
		for p.line.Requests() == asked && t.Context().Err() == nil {
			<-time.After(time.Millisecond)
		}
		p.line.Heal()
	}()
	first.scan("well")
	conformance.Eventually(t, "the late reply has come", func() bool {
		first.scan("well again")
		r, _ := tap.Recording()
		requests, replies := frames(r)
		return replies == requests
	})
	first.close()
	tap.Stop()
	second := observe(t, "tcp://"+play(t, file(t, tap, first.config.Endpoint.WithoutQuery()), record.Options{}), nil)
	for _, line := range first.story {
		during, _, _ := strings.Cut(line, ":")
		second.scan(during)
	}
	second.close()
	if got, want := strings.Join(second.story, "\n"), strings.Join(first.story, "\n"); got != want {
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
			endpoint := mode + "://" + d.Address() + quickly
			tap := recorder(t)
			first := observe(t, endpoint, tap)
			for range 3 {
				first.scan("well")
			}
			first.close()
			tap.Stop()
			playedAs := strings.Replace(mode, "udp", "tcp", 1)
			second := observe(t, playedAs+"://"+play(t, file(t, tap, first.config.Endpoint.WithoutQuery()), record.Options{Once: true})+quickly, nil)
			for range 3 {
				second.scan("well")
			}
			second.close()
			if got, want := strings.Join(second.story, "\n"), strings.Join(first.story, "\n"); got != want || !strings.Contains(got, "Good") {
				t.Errorf("played\n%s\nhad been\n%s", got, want)
			}
		})
	}
}
