package bacnet_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/tag"
)

// played serves a recording, through its file, and returns its endpoint.
func played(t *testing.T, r *record.Recorder) string {
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
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- bacnet.Driver{}.PlayPackets(ctx, recording, conn, record.Options{Logger: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "udp://" + conn.LocalAddr().String()
}

func TestARecordingIsPlayedAsTheDeviceThatItIsOf(t *testing.T) {
	s, d := station(t, simulator.Options{MaxAPDU: 128, Instance: 5})
	furnish(d)
	many(d)
	tags := append(furniture(""), "name: list, address: 'device:5.object-list'")
	recorder := record.NewRecorder(time.Now)
	if err := recorder.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	recorded := tapped(t, one(t, url(s), "instance: 5,", tags...), recorder)
	first := recorded.read()
	d.Set(temperature, wire.PresentValue, analog(30))
	recorded.read()
	if err := recorded.write("setpoint", tag.FloatOf(23)); err != nil {
		t.Fatal(err)
	}
	if err := recorded.session.Close(); err != nil {
		t.Fatal(err)
	}
	again := dial(t, one(t, played(t, recorder), "instance: 5,", tags...))
	for i, v := range again.read() {
		wantValue(t, again.config.Groups[0].Tags[i].Name, v, first[i])
	}
	wantValue(t, "the temperature", again.read()[0], tag.FloatOf(30))
	if err := again.write("setpoint", tag.FloatOf(23)); err != nil {
		t.Error(err)
	}
}

// tapped is dial with a tap.
func tapped(t *testing.T, c *config.Device, tap protocols.Tap) *client {
	t.Helper()
	d, err := bacnet.Driver{}.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bacnet.Driver{}.Dial(t.Context(), protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler), Tap: tap,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &client{t, c, d, s}
}
