package cloud_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
	"github.com/holdfast-edge/holdfast/test/cloud/register"
)

func TestTheSameKeyRunsOnceWhoeverSaysItAgain(t *testing.T) {
	c := start(t, 3)
	s := light.New(c.join("plant-7", nil))
	c.run(s)
	c.owned("plant-7")
	n := api.NewCommand{Key: "k1", Kind: "restart", Target: "/x", Within: 30, Wait: 20}
	for m := range 3 {
		var got commands.Command
		if status := c.ask(m, c.token, http.MethodPost, "/api/v1/sites/plant-7/commands", n, &got); status != http.StatusOK || got.State != commands.Done {
			t.Errorf("member %d: status %d, %+v", m, status, got)
		}
	}
	n.Target = "/y"
	if status := c.ask(0, c.token, http.MethodPost, "/api/v1/sites/plant-7/commands", n, nil); status != http.StatusConflict {
		t.Errorf("the key for something else: status %d", status)
	}
	if ran := s.Ran(); ran["k1"] != 1 {
		t.Errorf("it ran %d times", ran["k1"])
	}
}

func TestACommandToASiteThatIsAwayWaitsAndIsRefusedAfterItsDeadline(t *testing.T) {
	c := start(t, 1)
	credentials := c.join("plant-7", nil)
	var late, early commands.Command
	c.do(http.MethodPost, "/api/v1/sites/plant-7/commands", api.NewCommand{Key: "early", Kind: "restart", Target: "/x", Within: 600, Wait: 1}, &early)
	if early.State != commands.Waiting {
		t.Errorf("it is %s", early.State)
	}
	c.do(http.MethodPost, "/api/v1/sites/plant-7/commands", api.NewCommand{Key: "late", Kind: "restart", Target: "/x", Within: 1, Wait: 1}, &late)
	c.ahead(time.Minute)
	eventually(t, "the late one is refused", func() bool {
		c.do(http.MethodGet, "/api/v1/sites/plant-7/commands/late", nil, &late)
		return late.State == commands.Refused
	})
	s := light.New(credentials)
	c.run(s)
	eventually(t, "the early one is done", func() bool {
		c.do(http.MethodGet, "/api/v1/sites/plant-7/commands/early", nil, &early)
		return early.State == commands.Done
	})
	if s.Ran()["late"] > 0 {
		t.Error("a command that was refused has run")
	}
}

func TestOldAndNewVersionsOneApartWorkTogether(t *testing.T) {
	for name, v := range map[string]struct{ node, cloud link.Versions }{
		"an old node":  {link.Versions{Oldest: 1, Newest: 1}, link.Versions{Oldest: 1, Newest: 2}},
		"an old cloud": {link.Versions{Oldest: 2, Newest: 3}, link.Versions{Oldest: 1, Newest: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, 1, withVersions(v.cloud))
			s := light.New(c.join("plant-7", nil))
			s.Versions = v.node
			c.run(s)
			c.owned("plant-7")
			var got commands.Command
			c.do(http.MethodPost, "/api/v1/sites/plant-7/commands", api.NewCommand{Kind: "restart", Target: "/x", Within: 30, Wait: 20}, &got)
			if got.State != commands.Done {
				t.Errorf("the command is %s", got.State)
			}
		})
	}
	c := start(t, 1)
	s := light.New(c.join("plant-7", nil))
	s.Versions = link.Versions{Oldest: 3, Newest: 4}
	if _, err := s.Connect(t.Context(), c.members[0].LinkAddress()); err == nil || !c.audited("session", "refused", "update the older one") {
		t.Errorf("two apart: %v", err)
	}
}

func TestAnUnknownMessageIsRefusedAndEndsNothing(t *testing.T) {
	c := start(t, 1)
	s := light.New(c.join("plant-7", nil))
	security, err := s.Credentials.TLS(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	client, err := link.Dial(c.members[0].LinkAddress(), security, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	stream, err := client.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hello := &wire.Hello{Oldest: 1, Newest: 2}
	for _, m := range []*wire.FromNode{{Message: &wire.FromNode_Hello{Hello: hello}}, {}, {Message: &wire.FromNode_Hello{Hello: hello}}} {
		if err := stream.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	refusals := 0
	for refusals < 2 {
		m, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if m.GetRefusal() != nil {
			refusals++
		}
	}
}

func TestCommandsAreLinearizableAndRunOnceWhileMembersFail(t *testing.T) {
	const plants, clients, each = 30, 6, 8
	c := start(t, 3)
	sites := map[string]*light.Site{}
	for i := range plants {
		name := "plant-" + strconv.Itoa(i)
		s := light.New(c.join(name, nil))
		register.Make(s)
		sites[name] = s
		c.run(s)
	}
	for name := range sites {
		c.owned(name)
	}
	stop := make(chan struct{})
	var failing sync.WaitGroup
	failing.Go(func() { c.misfortunes(stop) })
	history := c.hammer(plants, clients, each)
	close(stop)
	failing.Wait()
	for name := range sites {
		c.owned(name)
	}
	owners, _, err := kv.LoadAll[gateway.Owner](t.Context(), c.store, gateway.OwnerPrefix)
	if err != nil || len(owners) != plants {
		t.Errorf("%d sites are owned, %v", len(owners), err)
	}
	for name, s := range sites {
		for key, times := range s.Ran() {
			if times != 1 {
				t.Errorf("%s ran %s %d times", name, key, times)
			}
		}
	}
	if !register.Linearizable(history) {
		t.Error("the history of commands is not linearizable")
	}
}

// misfortunes ends leases and cuts members from the store, one after the other, until stop is closed.
func (c *cloud) misfortunes(stop chan struct{}) {
	for i := 0; ; i++ {
		v := c.views[i%len(c.views)]
		cut := i%2 == 1
		if cut {
			v.set(true)
		}
		v.expire()
		select {
		case <-stop:
			v.set(false)
			return
		case <-time.After(300 * time.Millisecond):
		}
		v.set(false)
	}
}

// hammer has clients command sites through members at random, and returns what they saw.
func (c *cloud) hammer(plants, clients, each int) (history []porcupine.Operation) {
	var all sync.WaitGroup
	var mu sync.Mutex
	begin := time.Now()
	for client := range clients {
		all.Go(func() {
			for i := range each {
				in := register.Swap{Site: "plant-" + strconv.Itoa(rand.IntN(plants)), Value: fmt.Sprintf("c%d-%d", client, i)}
				called := time.Since(begin).Nanoseconds()
				out := c.swap(in)
				returned := time.Since(begin).Nanoseconds()
				if out.Unknown {
					returned = register.Forever
				}
				mu.Lock()
				history = append(history, porcupine.Operation{ClientId: client, Input: in, Call: called, Output: out, Return: returned})
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return history
}

// swap commands a site, again at other members until one takes it, and waits for the outcome.
func (c *cloud) swap(in register.Swap) register.Swapped {
	for range 400 {
		var got commands.Command
		n := api.NewCommand{Key: in.Value, Kind: "write", Target: "register", Within: 40, Wait: 30}
		status := c.ask(rand.IntN(len(c.members)), c.token, http.MethodPost, "/api/v1/sites/"+in.Site+"/commands", n, &got)
		if status == http.StatusOK && got.State == commands.Done {
			var before string
			if err := json.Unmarshal(got.Data, &before); err != nil {
				c.t.Error(err)
			}
			return register.Swapped{Before: before}
		}
		if status == http.StatusOK && got.State.Terminal() {
			break
		}
		<-time.After(20 * time.Millisecond)
	}
	c.t.Logf("%s of %s has an unknown outcome", in.Value, in.Site)
	return register.Swapped{Unknown: true}
}
