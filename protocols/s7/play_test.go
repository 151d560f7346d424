package s7_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/protocols/s7"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
	"github.com/holdfast-edge/holdfast/tag"
)

// watch scans a PLC through its faults, dialling anew after each fault of the session, and writes down all that it sees.
func watch(t *testing.T, address string, tap protocols.Tap, before func(scan int)) string {
	t.Helper()
	tags := append(words(1, 0, 2, 400), "name: text, address: DB1.DBB600, type: bytes, length: 300", "name: far, address: DB7.DBW0")
	c := kit.Device(t, "tcp://"+address+"?max_amq=2&connect_timeout=1m", "", tags...)
	e := conformance.EndpointOf(c)
	e.Tap = tap
	patient := kit.Compile(t, c)
	brief := kit.Compile(t, kit.Device(t, "tcp://"+address+"?max_amq=2&connect_timeout=1m", "timeout: 200ms,", tags...))
	var s protocols.Session
	var story []string
	for scan := range len(faults()) {
		before(scan)
		if s == nil {
			ctx, cancel := context.WithTimeout(t.Context(), conformance.Patience)
			var err error
			if s, err = (s7.Driver{}).Dial(ctx, e); err != nil {
				t.Fatal(err)
			}
			cancel()
		}
		d := patient
		switch faults()[scan] {
		case faulty.Silent, faulty.HalfFrame, plc.Stranger: // of which nothing comes, however long one waits
			d = brief
		}
		row, err := conformance.Scan(t, s, d, len(tags))
		line := fmt.Sprint(scan)
		for _, v := range row.Values {
			line += fmt.Sprintf(" %.20s(%s)", tag.AppendJSON(nil, v), v.Quality())
		}
		if err != nil {
			f := protocols.FaultOf(err)
			line += fmt.Sprintf(" fault of the %s, %s, sent %v", f.Scope, f.Quality, f.Sent)
			_ = s.Close()
			s = nil
		}
		story = append(story, line)
	}
	if s != nil {
		_ = s.Close()
	}
	return strings.Join(story, "\n")
}

// faults is a bad day of a PLC.
func faults() []faulty.Fault {
	return []faulty.Fault{0, faulty.Refusing, 0, faulty.Silent, faulty.Garbage, 0, faulty.HalfFrame, faulty.CutOff, plc.NoService, plc.Stranger, 0}
}

func TestARecordedPLCIsTheSameWhenItIsPlayed(t *testing.T) {
	p := listen(t, standard())
	tap := record.NewRecorder(time.Now)
	if err := tap.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	was := watch(t, p.Address(), tap, func(scan int) {
		p.Break(faults()[scan])
		p.Set(dataBlock, 1, 0, byte(scan), 1, 2, byte(scan))
		p.Set(dataBlock, 1, 899, byte(scan))
	})
	tap.Stop()
	recording, err := tap.Recording()
	if err != nil {
		t.Fatal(err)
	}
	recording.Header.Endpoint = "tcp://" + p.Address()
	var file bytes.Buffer
	if _, err := recording.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	read, err := record.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if is := watch(t, play(t, read), nil, func(int) {}); is != was {
		t.Errorf("the PLC was played as\n%s\nand had been\n%s", is, was)
	}
}

// play serves a recording and returns its address.
func play(t *testing.T, r *record.Recording) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := record.Options{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s7.Driver{}.Play(ctx, r, listener, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}
