package opcua_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/opcua"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/tag"
)

// watched returns a device with values of several kinds and one that the server does not have.
func watched(t *testing.T, endpoint string) *config.Device {
	t.Helper()
	return kit.Device(t, endpoint, "",
		`name: number, address: "ns=1;s=Number", type: int32, access: rw`,
		`name: flag, address: "ns=1;s=Flag", type: bool, access: rw`,
		`name: missing, address: "ns=1;s=Missing"`)
}

// dialTapped opens a session with a tap.
func dialTapped(t *testing.T, c *config.Device, tap protocols.Tap) protocols.Session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), conformance.Patience)
	defer cancel()
	s, err := opcua.Driver{}.Dial(ctx, protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler), Tap: tap,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// observe reads, writes what fits and what does not, and tells what came of it.
func observe(t *testing.T, s protocols.Session, d protocols.Device) (story string) {
	t.Helper()
	for _, n := range []int64{5, 6} {
		story += fmt.Sprintln("write", n, s.Write(t.Context(), conformance.Point(t, d, "number"), tag.IntOf(n)))
		row, err := conformance.Scan(t, s, d, 3)
		for _, v := range row.Values {
			story += fmt.Sprintf("%s %s(%s) ", v.Kind(), tag.AppendJSON(nil, v), v.Quality())
		}
		story += fmt.Sprintln(err)
	}
	return story + fmt.Sprintln("write missing", s.Write(t.Context(), conformance.Point(t, d, "missing"), tag.IntOf(1)))
}

// play serves a recording, through its file, and returns its address.
func play(t *testing.T, r *record.Recorder, o record.Options) string {
	t.Helper()
	recording, err := r.Recording()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := recording.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file.Bytes(), []byte("s3cret")) {
		t.Error("the password is in the recording")
	}
	if recording, err = record.Read(&file); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- opcua.Driver{}.Play(ctx, recording, listener, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "opc.tcp://" + listener.Addr().String() + "/?request_timeout=30s&connect_timeout=60s"
}

func newRecorder(t *testing.T) *record.Recorder {
	t.Helper()
	r := record.NewRecorder(time.Now)
	if err := r.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARecordedSessionIsPlayedWithoutItsSecrets(t *testing.T) {
	s := sharedServer(t)
	t.Setenv("OPCUA_RIGHT", "s3cret")
	options := map[string]string{
		"unprotected": "", "with a password in the clear": "&user=edge&password=env:OPCUA_RIGHT",
		"encrypted": "&policy=Basic256Sha256&mode=SignAndEncrypt&trust=any&user=edge&password=env:OPCUA_RIGHT&pki=" + t.TempDir(),
	}
	for name, o := range options {
		t.Run(name, func(t *testing.T) {
			tap := newRecorder(t)
			c := watched(t, endpointOf(s, o+"&subscribe=false"))
			session := dialTapped(t, c, tap)
			want := observe(t, session, kit.Compile(t, c))
			session.Close()
			tap.Stop()
			c = watched(t, play(t, tap, record.Options{})+"&subscribe=false")
			for turn := range 2 {
				session := dialTapped(t, c, nil)
				if got := observe(t, session, kit.Compile(t, c)); got != want {
					t.Errorf("turn %d: it was played as\n%s\nand had been\n%s", turn, got, want)
				}
				session.Close()
			}
		})
	}
}

func TestARecordedSubscriptionIsPlayedInItsOrder(t *testing.T) {
	s := ownServer(t)
	tap := newRecorder(t)
	c := watched(t, endpointOf(s, ""))
	session := dialTapped(t, c, tap)
	first := listen(t, session, kit.Compile(t, c))
	for n := range int64(4) {
		s.set(t, "Number", float64(40+n))
		first.wantLatest(t, 0, tag.IntOf(40+n))
	}
	session.Close()
	tap.Stop()
	for _, speed := range []float64{0, 1} {
		c = watched(t, play(t, tap, record.Options{Speed: speed}))
		second := listen(t, dialTapped(t, c, nil), kit.Compile(t, c))
		second.wantLatest(t, 0, tag.IntOf(43))
		got, want := second.all(0), first.all(0)
		if len(got) != len(want) {
			t.Fatalf("at speed %v %d values were played, of %d", speed, len(got), len(want))
		}
		for i := range want {
			if !got[i].Equal(want[i]) {
				t.Errorf("at speed %v value %d is %s, was %s", speed, i, tag.AppendJSON(nil, got[i]), tag.AppendJSON(nil, want[i]))
			}
		}
	}
}

func TestACutConnectionIsPlayedAsOne(t *testing.T) {
	s := sharedServer(t)
	line := newRelay(t, s.address())
	tap := newRecorder(t)
	c := watched(t, "opc.tcp://"+line.address()+"/?request_timeout=30s&connect_timeout=60s&subscribe=false")
	session := dialTapped(t, c, tap)
	if _, err := conformance.Scan(t, session, kit.Compile(t, c), 3); err != nil {
		t.Fatal(err)
	}
	line.cut()
	conformance.Eventually(t, "the cut is told", func() bool {
		r, _ := tap.Recording()
		return r.Frames[len(r.Frames)-1].Note == protocols.Cut
	})
	tap.Stop()
	c = watched(t, play(t, tap, record.Options{})+"&subscribe=false")
	session, d := dialTapped(t, c, nil), kit.Compile(t, c)
	if _, err := conformance.Scan(t, session, d, 3); err != nil {
		t.Fatal(err)
	}
	conformance.Eventually(t, "the connection is cut", func() bool {
		_, err := conformance.Scan(t, session, d, 3)
		return err != nil && protocols.FaultOf(err).Scope == protocols.ScopeSession
	})
}
