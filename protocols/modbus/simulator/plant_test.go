package simulator_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/simonvetter/modbus"

	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
)

func start(t *testing.T, o simulator.Options) *simulator.Plant {
	t.Helper()
	o.Address, o.Logger = "127.0.0.1:0", slog.New(slog.DiscardHandler)
	p, err := simulator.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestAClientSeesThePlantMoveAndMovesIt(t *testing.T) {
	p := start(t, simulator.Options{Units: 3, Waves: 5})
	c, err := modbus.NewClient(&modbus.ClientConfiguration{
		URL: "tcp://" + p.Address(), Timeout: time.Minute,
		Logger: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetUnitId(3); err != nil {
		t.Fatal(err)
	}
	temperature := func() uint16 {
		t.Helper()
		r, err := c.ReadRegister(simulator.Temperature, modbus.HOLDING_REGISTER)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := temperature()
	p.Step()
	if got := temperature(); got != first+1 {
		t.Errorf("from %d to %d", first, got)
	}
	if err := c.WriteRegister(simulator.Valve, 3); err != nil {
		t.Fatal(err)
	}
	p.Step()
	if got := temperature(); got != first-2 {
		t.Errorf("with the valve open it went to %d", got)
	}
	if p.Unit(1).Holding(simulator.Valve) != 0 {
		t.Error("the valve of another unit was opened")
	}
	if p.Units() != 3 || p.Unit(4) != nil {
		t.Errorf("%d units", p.Units())
	}
}

func TestAPlantMovesByItself(t *testing.T) {
	p := start(t, simulator.Options{Units: 1, Tick: time.Millisecond})
	first := p.Unit(1).Holding(simulator.Temperature)
	deadline := time.After(time.Minute)
	for p.Unit(1).Holding(simulator.Temperature) == first {
		select {
		case <-deadline:
			t.Fatal("nothing moves")
		case <-time.After(time.Millisecond):
		}
	}
}

func TestAPlantWithoutUnitsOrWithTooManyIsRefused(t *testing.T) {
	for _, n := range []int{0, 248} {
		if p, err := simulator.Start(t.Context(), simulator.Options{Address: "127.0.0.1:0", Units: n}); err == nil {
			p.Close()
			t.Errorf("%d units were taken", n)
		}
	}
}
