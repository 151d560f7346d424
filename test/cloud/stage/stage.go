// Package stage is what the tests of a cloud set their scenes with: members, programs that are built once, machines that run
// them as a service manager does, the network between a site and its cloud, and a device to read. It tests nothing itself.
package stage

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
)

// Patience is how long a condition may take on a machine that is busy.
const Patience = 4 * time.Minute

// Eventually waits until something holds, and fails the test where it does not within Patience.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(Patience)
	for !holds() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

// Close closes something when the test ends, or before, where the returned function is called.
func Close(t testing.TB, closing func(context.Context) error) (now func()) {
	now = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		if err := closing(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(now)
	return now
}

// Member starts a member of a cloud on ports that it chooses, until the test ends or it is told to leave.
func Member(t testing.TB, o member.Options) (m *member.Member, leave func()) {
	t.Helper()
	o.Link, o.API = "127.0.0.1:0", "127.0.0.1:0"
	m, err := member.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m, Close(t, m.Close)
}

// Token returns the first API token of a cloud, an admin's.
func Token(t testing.TB, m *member.Member) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	err := m.FirstToken(t.Context(), file)
	text, unread := os.ReadFile(file)
	if err := errors.Join(err, unread); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// Device starts a Modbus device whose first holding register is 215, and returns where it listens.
func Device(t testing.TB) (address string) {
	t.Helper()
	plc, err := slave.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plc.Close() })
	unit := slave.NewUnit(slave.Sizes{Holdings: 10})
	unit.SetHolding(0, 215)
	plc.Put(1, unit)
	return plc.Address()
}
