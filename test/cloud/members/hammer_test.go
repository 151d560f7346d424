//go:build linux

package members_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/test/cloud/register"
)

// hammer is clients that command sites through members at random, and what they saw.
type hammer struct {
	plants *plants
	begin  time.Time
	stop   chan struct{}
	over   sync.Once // closes stop
	all    sync.WaitGroup

	mu      sync.Mutex
	history []porcupine.Operation
	keys    map[string]string // the site of each key that was ever said
	refused int
}

const (
	clients = 10
	pace    = 100 * time.Millisecond // between a client's commands
)

// strike starts the clients. They go on until quiet is called.
func (p *plants) strike() *hammer {
	h := &hammer{plants: p, begin: time.Now(), stop: make(chan struct{}), keys: map[string]string{}}
	for client := range clients {
		h.all.Go(func() { h.client(client) })
	}
	p.cloud.t.Cleanup(h.quiet) // before what they ask is gone, also where the test has failed
	return h
}

// quiet ends the clients, when each has heard what came of its last command.
func (h *hammer) quiet() {
	h.over.Do(func() { close(h.stop) })
	h.all.Wait()
}

func (h *hammer) client(client int) {
	for i := 0; ; i++ {
		in := register.Swap{Site: fmt.Sprintf("light-%02d", rand.IntN(lightSites)), Value: fmt.Sprintf("c%d-%d", client, i)}
		o := porcupine.Operation{ClientId: client, Input: in, Call: time.Since(h.begin).Nanoseconds()}
		out, ran := h.swap(in)
		o.Output, o.Return = out, time.Since(h.begin).Nanoseconds()
		if out.Unknown {
			o.Return = register.Forever
		}
		h.mu.Lock()
		h.keys[in.Value] = in.Site
		if ran {
			h.history = append(h.history, o)
		} else {
			h.refused++
		}
		h.mu.Unlock()
		select {
		case <-h.stop:
			return
		case <-time.After(pace):
		}
	}
}

// swap says a command until some member says what came of it. ran is false where it was refused, and so never begun.
func (h *hammer) swap(in register.Swap) (out register.Swapped, ran bool) {
	c := h.plants.cloud
	n := api.NewCommand{Key: in.Value, Kind: "write", Target: "register", Within: 60, Wait: 3}
	for deadline := time.After(2 * patience); ; {
		m := c.members[rand.IntN(size)]
		status, answer := c.try(m, short, http.MethodPost, "/api/v1/sites/"+in.Site+"/commands", n)
		var got commands.Command
		if status == http.StatusOK && json.Unmarshal(answer, &got) == nil && got.State.Terminal() {
			switch got.State {
			case commands.Done:
				if err := json.Unmarshal(got.Data, &out.Before); err != nil {
					c.t.Error(err)
				}
				return out, true
			case commands.Refused:
				return out, false
			}
			return register.Swapped{Unknown: true}, true
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-deadline:
			c.t.Errorf("%s of %s has no outcome: status %d, %s", in.Value, in.Site, status, answer)
			return register.Swapped{Unknown: true}, true
		}
	}
}

// judge says what is wrong with what was seen.
func (h *hammer) judge() {
	t := h.plants.cloud.t
	unknown := 0
	for _, o := range h.history {
		if o.Output.(register.Swapped).Unknown {
			unknown++
		}
	}
	ran := 0
	for name, s := range h.plants.light {
		for key, times := range s.Ran() {
			ran++
			if times != 1 || h.keys[key] != name {
				t.Errorf("%s ran %s of %s %d times", name, key, h.keys[key], times)
			}
		}
	}
	t.Logf("%d commands: %d ran, %d were refused, of %d nobody knows", len(h.history)+h.refused, ran, h.refused, unknown)
	if ran < len(h.history)-unknown || len(h.history) < 100 {
		t.Errorf("%d commands have an outcome, and %d ran", len(h.history), ran)
	}
	if !register.Linearizable(h.history) {
		t.Error("the history of commands is not linearizable")
	}
}
