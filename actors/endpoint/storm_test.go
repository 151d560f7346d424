package endpoint_test

import (
	"context"
	"runtime"
	"testing"
	"time"
)

func TestAThousandPanicsOfADriverLeaveNothingBehind(t *testing.T) {
	const panics = 1000
	on(t, []string{"boiler"}, func(b *bench) {
		b.pass(10 * scan)
		before := runtime.NumGoroutine() - b.system.Resting()
		for i := range panics {
			b.setPanics(true)
			b.pass(2 * scan)
			tree, _ := b.system.Subtree("/tcp:127.0.0.1:502/session")
			if tree.LastFailure == nil || tree.LastFailure.Stack == "" {
				t.Fatalf("panic %d did not happen: %s", i, tree.State)
			}
			b.setPanics(false)
			if err := b.system.Restart(context.Background(), "/tcp:127.0.0.1:502/session"); err != nil {
				t.Fatal(err)
			}
			b.pass(scan)
		}
		b.pass(time.Minute)
		if b.state("boiler") != "polling" {
			t.Errorf("the device is %s", b.state("boiler"))
		}
		if now := runtime.NumGoroutine() - b.system.Resting(); now > before+2 {
			t.Errorf("%d goroutines before, %d after", before, now)
		}
		device, _ := b.system.Subtree("/tcp:127.0.0.1:502/boiler")
		if device.Restarts != 0 {
			t.Errorf("the device was restarted %d times", device.Restarts)
		}
	})
}

func (b *bench) setPanics(on bool) {
	b.plant.mu.Lock()
	defer b.plant.mu.Unlock()
	b.plant.panics = on
}
