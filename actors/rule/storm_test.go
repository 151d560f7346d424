package rule_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAThousandPanicsInOneRuleCostItsNeighbourNothing(t *testing.T) {
	const panics = 1000
	synctest.Test(t, func(t *testing.T) {
		_, groups := schemas(t)
		bus, system := broker.New(nil), supervisor.New(supervisor.Options{Random: func() float64 { return 0.5 }})
		query, err := streamsql.Compile(`SELECT temperature AS t FROM boiler.climate`, streamsql.Sources{"boiler.climate": {Schema: groups[0]}})
		if err != nil {
			t.Fatal(err)
		}
		var armed atomic.Bool
		spawn := func(name string, now func() time.Time) {
			env := rule.Env{
				Site: "plant-7", System: system, Bus: bus, Now: now, Write: func(write.Command) {},
				Meter: func(string) *rule.Meter { return &rule.Meter{} }, Failed: func(string, error) {},
			}
			c := rule.Config{Name: name, Query: query, Inputs: []rule.Input{{Streams: []string{"boiler.climate"}, Overflow: broker.DropOldest}}}
			if _, err := system.Spawn(rule.Spec(env, c)); err != nil {
				t.Fatal(err)
			}
		}
		spawn("whole", time.Now)
		spawn("broken", func() time.Time {
			if armed.CompareAndSwap(true, false) {
				panic("a rule's defect")
			}
			return time.Now()
		})
		synctest.Wait()
		output := bus.Stream("whole").Subscribe(2*panics, broker.DropOldest, func() {})
		before := runtime.NumGoroutine()
		rows := tag.NewBuilder(groups[0], 1)
		for i := range panics {
			armed.Store(true)
			rows.Row(int64(i))[0] = tag.IntOf(int64(i))
			if err := bus.Stream("boiler.climate").Offer(rows.Batch()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if armed.Load() {
				t.Fatalf("panic %d did not happen", i)
			}
			if err := system.Restart(context.Background(), "/broken"); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if got := output.Waiting(); got != panics || output.Dropped() != 0 {
			t.Errorf("the neighbour made %d rows of %d", got, panics)
		}
		if now := runtime.NumGoroutine(); now > before+2 {
			t.Errorf("%d goroutines before, %d after", before, now)
		}
		whole, _ := system.Subtree("/whole")
		if whole.Restarts != 0 {
			t.Errorf("the neighbour was restarted %d times", whole.Restarts)
		}
		if err := system.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
