package node

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
)

// boiler starts a node with one Modbus device, unit 1 with ten holding registers. text is the site, with a %s where the
// device's address goes. Both end with the test.
func boiler(t *testing.T, text string) (*Node, *slave.Unit) {
	t.Helper()
	plc, err := slave.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plc.Close() })
	unit := slave.NewUnit(slave.Sizes{Holdings: 10})
	plc.Put(1, unit)
	return run(t, fmt.Sprintf(text, plc.Address())), unit
}

// holds waits for a condition.
func holds(t *testing.T, what string, condition func() bool) {
	t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !condition() {
		select {
		case <-again.C:
		case <-limit.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
