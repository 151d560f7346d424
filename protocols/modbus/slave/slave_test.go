package slave_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/simonvetter/modbus"

	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
)

// client returns a client that nobody here wrote, connected to a new slave with unit 1.
func client(t *testing.T) (*modbus.ModbusClient, *slave.Unit) {
	t.Helper()
	s, err := slave.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	unit := slave.NewUnit(slave.Sizes{Coils: 10, Discretes: 10, Inputs: 10, Holdings: 10})
	s.Put(1, unit)
	c, err := modbus.NewClient(&modbus.ClientConfiguration{
		URL: "tcp://" + s.Address(), Timeout: time.Minute,
		Logger: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, unit
}

func TestRegistersAreReadAndWrittenFromBothSides(t *testing.T) {
	c, unit := client(t)
	unit.SetHolding(3, 7, 8)
	if got, err := c.ReadRegisters(3, 2, modbus.HOLDING_REGISTER); err != nil || got[0] != 7 || got[1] != 8 {
		t.Errorf("holding registers %v, %v", got, err)
	}
	if err := c.WriteRegister(4, 99); err != nil || unit.Holding(4) != 99 {
		t.Errorf("written: %d, %v", unit.Holding(4), err)
	}
	if err := c.WriteCoil(2, true); err != nil || !unit.Coil(2) {
		t.Errorf("coil: %v, %v", unit.Coil(2), err)
	}
	unit.Change(func(_, discretes []bool, inputs, _ []uint16) { discretes[1], inputs[1] = true, 5 })
	if got, err := c.ReadDiscreteInput(1); err != nil || !got {
		t.Errorf("discrete input: %v, %v", got, err)
	}
	if got, err := c.ReadRegister(1, modbus.INPUT_REGISTER); err != nil || got != 5 {
		t.Errorf("input register: %v, %v", got, err)
	}
	if got, err := c.ReadCoils(0, 10); err != nil || len(got) != 10 || !got[2] {
		t.Errorf("coils: %v, %v", got, err)
	}
}

func TestWhatAUnitDoesNotHaveIsRefused(t *testing.T) {
	c, unit := client(t)
	unit.Remove(2, 4)
	for _, first := range []uint16{1, 2, 3, 9, 10, 65534} {
		if _, err := c.ReadRegisters(first, 2, modbus.HOLDING_REGISTER); !errors.Is(err, modbus.ErrIllegalDataAddress) {
			t.Errorf("registers %d and %d: %v", first, first+1, err)
		}
	}
	if err := c.WriteCoils(9, []bool{true, true}); !errors.Is(err, modbus.ErrIllegalDataAddress) {
		t.Errorf("coil 10 was written: %v", err)
	}
	unit.Restore()
	if _, err := c.ReadRegisters(1, 4, modbus.HOLDING_REGISTER); err != nil {
		t.Errorf("restored: %v", err)
	}
}

func TestAnUnknownUnitIsRefusedAsByAGateway(t *testing.T) {
	c, _ := client(t)
	if err := c.SetUnitId(9); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ReadRegister(0, modbus.INPUT_REGISTER); !errors.Is(err, modbus.ErrGWTargetFailedToRespond) {
		t.Errorf("got %v", err)
	}
}

func TestAnAddressInUseIsAnError(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	s, err := slave.Listen(t.Context(), "127.0.0.1:0", quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, address := range []string{s.Address(), "nonsense"} {
		if again, err := slave.Listen(t.Context(), address, quiet); err == nil {
			again.Close()
			t.Errorf("%s was taken", address)
		}
	}
}
