package demo

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
)

// bay is a bay of a substation that speaks IEC 60870-5-104: a breaker, and the current through it.
type bay struct {
	outstation *outstation.Outstation
	stop       context.CancelFunc
	moving     sync.WaitGroup
}

// The bay's objects. The breaker is commanded at an address of its own, after it was selected.
const (
	breaker        = 100
	breakerCommand = 1100
	current        = 4001

	closed = 2 // of a double point
)

// bayTick is how often the current is measured.
const bayTick = 500 * time.Millisecond

func startBay(ctx context.Context, logger *slog.Logger) (*bay, error) {
	s, err := outstation.Listen(ctx, "127.0.0.1:0", outstation.Standard(logger))
	if err != nil {
		return nil, err
	}
	station := s.Put(1)
	station.Define(apdu.DoublePoint, apdu.Object{Address: breaker, Int: closed}, apdu.DoubleCommand, breakerCommand)
	station.SelectFirst(breakerCommand)
	station.Define(apdu.Float, apdu.Object{Address: current}, 0, 0)
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	b := &bay{outstation: s, stop: stop}
	b.moving.Go(func() { move(run, station) })
	return b, nil
}

// move has the current swing while the breaker is closed.
func move(ctx context.Context, s *outstation.Station) {
	ticker := time.NewTicker(bayTick)
	defer ticker.Stop()
	for step := 0.0; ; step++ {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		amperes := float32(0)
		if at, _ := s.Value(breaker); at.Int == closed {
			amperes = float32(math.Round(1000+200*math.Sin(step/20)) / 10)
		}
		s.Set(apdu.Object{Address: current, Float: amperes})
	}
}

// address returns the host:port of the bay.
func (b *bay) address() string { return b.outstation.Address() }

// silence has the bay say nothing any more, or speak again.
func (b *bay) silence(on bool) {
	if on {
		b.outstation.Break(faulty.Silent)
	} else {
		b.outstation.Heal()
	}
}

func (b *bay) close() {
	b.stop()
	b.moving.Wait()
	b.outstation.Close()
}
