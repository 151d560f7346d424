package table_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/table"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// disk is a log that keeps checkpoints, and outlives nodes.
type disk struct {
	mu     sync.Mutex
	states map[string][]byte
	broken error
}

func (d *disk) Checkpoint(name string, state []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.states[name] = state
}

func (d *disk) LoadCheckpoint(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.states[name], d.broken
}

// crash returns a disk as it is now.
func (d *disk) crash() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &disk{states: maps.Clone(d.states)}
}

// kept is a table of the stream orders, and what keeps it.
type kept struct {
	t      *testing.T
	held   table.Held
	bus    *broker.Bus
	system *supervisor.System
	told   []error
}

// keep begins to keep a table of which a checkpoint is made every ten seconds.
func keep(t *testing.T, d *disk) *kept {
	t.Helper()
	k := &kept{t: t, bus: broker.New(nil), system: supervisor.New(supervisor.Options{})}
	c := &config.Table{Name: "orders", Append: "orders", MaxRows: 3, Checkpoint: 10 * time.Second}
	k.held = table.NewAppended(c, broker.Input{Streams: []string{"orders"}, Overflow: broker.Block})
	env := table.Env{Bus: k.bus, Log: d, Now: time.Now, Failed: func(_ string, err error) { k.told = append(k.told, err) }}
	pid, err := k.system.Spawn(table.Spec(env, "orders", k.held))
	if err != nil {
		t.Fatal(err)
	}
	k.settle(pid)
	return k
}

// settle waits until nothing is missed any more.
func (k *kept) settle(pid *actor.PID) {
	k.t.Helper()
	if answer, err := k.system.Ask(k.t.Context(), pid, table.Settle{}); err != nil || answer != (table.Settled{}) {
		k.t.Fatal(answer, err)
	}
}

func (k *kept) put(rows string) {
	k.t.Helper()
	parsed, err := lookup.ParseJSON("orders", []byte(rows), 0)
	if err != nil {
		k.t.Fatal(err)
	}
	if err := k.bus.Stream("orders").Offer(parsed.Rows()); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) rows() (text string) {
	for _, b := range k.held.Page(time.Now().UnixNano(), 0, 10) {
		for i := range b.Len() {
			text += string(tag.AppendRowJSON(nil, b, i))
		}
	}
	return text
}

func (k *kept) want(want string) {
	k.t.Helper()
	synctest.Wait()
	if got := k.rows(); got != want {
		k.t.Errorf("the table has %s, want %s", got, want)
	}
}

func (k *kept) end() {
	k.t.Helper()
	if err := k.system.Shutdown(context.Background()); err != nil {
		k.t.Error(err)
	}
}

func TestAfterACrashATableHasTheRowsOfItsLastCheckpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{states: map[string][]byte{}}
		k := keep(t, d)
		k.put(`{"n":1}`)
		k.want(`{"n":1}`)
		<-time.After(11 * time.Second)
		k.put(`{"n":2}`)
		k.want(`{"n":1}{"n":2}`)
		crashed := d.crash()
		k.end()

		again := keep(t, crashed)
		again.want(`{"n":1}`)
		again.put(`{"n":3}`)
		again.want(`{"n":1}{"n":3}`)
		again.end()

		stopped := keep(t, d)
		stopped.put(`{"n":4}`)
		stopped.want(`{"n":1}{"n":2}{"n":4}`)
		if s := stopped.held.Status(); !s.Read.Equal(time.Now()) || len(stopped.told) > 0 {
			t.Errorf("%+v, told %v", s, stopped.told)
		}
		stopped.end()
	})
}

func TestATableWhoseActorStartsAgainKeepsItsRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t, &disk{states: map[string][]byte{}})
		k.put(`{"n":1}`)
		k.want(`{"n":1}`)
		if err := k.system.Restart(t.Context(), "/orders"); err != nil {
			t.Fatal(err)
		}
		pid, _ := k.system.Lookup("/orders")
		k.settle(pid)
		k.put(`{"n":2}`)
		k.want(`{"n":1}{"n":2}`)
		k.end()
	})
}

func TestACheckpointThatCannotBeReadIsToldAndTheTableBeginsAnew(t *testing.T) {
	for name, d := range map[string]*disk{
		"damaged": {states: map[string][]byte{table.LogName("orders", "orders"): []byte("nonsense")}},
		"broken":  {states: map[string][]byte{}, broken: errors.New("the disk is gone")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := keep(t, d)
				k.put(`{"n":1}`)
				k.want(`{"n":1}`)
				if len(k.told) != 1 {
					t.Errorf("told %v", k.told)
				}
				k.end()
			})
		})
	}
}
