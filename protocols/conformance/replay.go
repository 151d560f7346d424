package conformance

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// Replay is a device that is shown to be played as it was: the same happens at it and at its recording.
type Replay struct {
	Kit     Kit
	Address string // host:port of the device

	// Device returns how the device is reached at an address. Hasty is the same that waits briefly, for Witness.ScanHastily; nil
	// where nothing calls that.
	Device, Hasty func(t testing.TB, address string) *config.Device

	// Day is what happens. live says that it happens at the device itself, which is to be changed and broken then.
	Day func(w *Witness, live bool)

	// Secret is what the file of the recording may not hold; "": nothing is.
	Secret string

	Once   bool      // as in record.Options
	Turns  int       // how often the day is lived through at each that is played; 0: once
	Speeds []float64 // at which it is played besides 0
}

// Run shows it.
func (r Replay) Run(t *testing.T) {
	t.Helper()
	tap := Recorder(t)
	was := r.live(t, r.Witness(t, r.Address, tap), true)
	tap.Stop()
	file := File(t, tap, r.Device(t, r.Address))
	if r.Secret != "" && bytes.Contains(file, []byte(r.Secret)) {
		t.Error("a secret is in the recording")
	}
	for _, speed := range append([]float64{0}, r.Speeds...) {
		address := r.Kit.Play(t, file, record.Options{Speed: speed, Once: r.Once})
		for turn := range max(1, r.Turns) {
			if is := r.live(t, r.Witness(t, address, nil), false); is != was {
				t.Errorf("at speed %v, turn %d, the device was played as\n%s\nand had been\n%s", speed, turn, is, was)
			}
		}
	}
}

// Play plays what was recorded of the device until the test ends, and returns its host:port.
func (r Replay) Play(t testing.TB, tap *record.Recorder) (address string) {
	t.Helper()
	return r.Kit.Play(t, File(t, tap, r.Device(t, r.Address)), record.Options{Once: r.Once})
}

func (r Replay) live(t testing.TB, w *Witness, live bool) (story string) {
	t.Helper()
	r.Day(w, live)
	w.Close()
	return w.Story()
}

// Recorder returns a recorder that records.
func Recorder(t testing.TB) *record.Recorder {
	t.Helper()
	r := record.NewRecorder(time.Now)
	if err := r.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	return r
}

// File returns what was recorded of a device as a file.
func File(t testing.TB, r *record.Recorder, c *config.Device) []byte {
	t.Helper()
	recording, err := r.Recording()
	if err != nil {
		t.Fatal(err)
	}
	recording.Header.Endpoint = c.Endpoint.WithoutQuery()
	var file bytes.Buffer
	if _, err := recording.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// Play serves the file of a recording until the test ends, and returns its host:port.
func (k Kit) Play(t testing.TB, file []byte, o record.Options) (address string) {
	t.Helper()
	recording, err := record.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	address, play := k.player(t, recording, o)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- play(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return address
}

// player takes a port and returns what plays at it.
func (k Kit) player(t testing.TB, r *record.Recording, o record.Options) (address string, play func(context.Context) error) {
	t.Helper()
	const free = "127.0.0.1:0"
	switch driver := k.Driver.(type) {
	case record.PacketPlayer:
		conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", free)
		if err != nil {
			t.Fatal(err)
		}
		return conn.LocalAddr().String(), func(ctx context.Context) error { return driver.PlayPackets(ctx, r, conn, o) }
	case record.Player:
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", free)
		if err != nil {
			t.Fatal(err)
		}
		return listener.Addr().String(), func(ctx context.Context) error { return driver.Play(ctx, r, listener, o) }
	default:
		t.Fatalf("%T plays no recordings", driver)
		return "", nil
	}
}
