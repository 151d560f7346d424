package enip_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/tag"
)

// observer scans a controller a number of times, dialling anew after each fault of the session, and writes down all that it sees.
type observer struct {
	t       *testing.T
	config  *config.Device
	device  protocols.Device
	tap     protocols.Tap
	session protocols.Session
	story   []string
}

func observe(t *testing.T, address string, tap protocols.Tap) *observer {
	t.Helper()
	c := one(t, "tcp://"+address+"?connect_timeout=1m", "",
		"name: a, address: a_dint", "name: b, address: 'Flags[33]'", "name: c, address: Profile, count: 2000", "name: d, address: nothing")
	return &observer{t: t, config: c, device: compiled(t, c), tap: tap}
}

// scan scans once, and notes values, qualities and the fault.
func (o *observer) scan(during string) {
	o.t.Helper()
	line := during + ":"
	if o.session == nil {
		e := endpoint(o.config, quiet())
		e.Tap = o.tap
		var err error
		if o.session, err = (enip.Driver{}).Dial(o.t.Context(), e); err != nil {
			o.t.Fatal(err)
		}
	}
	values, err := scan(o.t, o.session, o.device, 4)
	for _, v := range values {
		line += fmt.Sprintf(" %.40s(%s)", tag.AppendJSON(nil, v), v.Quality())
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
		_ = o.session.Close()
		o.session = nil
	}
}

// play serves what was recorded, by way of a file, and returns its address.
func play(t *testing.T, r *record.Recorder) string {
	t.Helper()
	recording, err := r.Recording()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := recording.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	if recording, err = record.Read(&file); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- enip.Driver{}.Play(ctx, recording, listener, record.Options{Logger: quiet()}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

func TestARecordedFaultyControllerIsTheSameWhenItIsPlayed(t *testing.T) {
	c := plant(t)
	tap := record.NewRecorder(time.Now)
	if err := tap.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	first := observe(t, c.Address(), tap)
	faults := []faulty.Fault{0, 0, faulty.Garbage, 0, faulty.Refusing, faulty.CutOff, 0}
	for i, f := range faults {
		if first.session == nil && f != 0 {
			first.scan("before") // a fault of a connection that is being opened is none of a scan
		}
		c.Break(f)
		c.Set("a_dint", cip.DINT, tag.IntOf(int64(i)))
		first.scan(fmt.Sprint(f))
		c.Break(0)
	}
	first.close()
	tap.Stop()
	second := observe(t, play(t, tap), nil)
	for _, line := range first.story {
		during, _, _ := strings.Cut(line, ":")
		second.scan(during)
	}
	second.close()
	if got, want := strings.Join(second.story, "\n"), strings.Join(first.story, "\n"); got != want || !strings.Contains(want, "fault") {
		t.Errorf("the controller was played as\n%s\nand had been\n%s", got, want)
	}
}
