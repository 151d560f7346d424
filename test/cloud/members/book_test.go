//go:build linux

package members_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
)

// audit reads everything that ever was in etcd, version by version, and says what should never have been: a command with
// two outcomes, one that ended twice, or an epoch of a site that did not rise.
func (c *cloud) audit() {
	c.t.Helper()
	now, err := c.etcd.Get(c.t.Context(), "/holdfast/", clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil {
		c.t.Fatal(err)
	}
	last := now.Header.Revision
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	a := account{t: c.t, states: map[string]commands.State{}, epochs: map[string]uint64{}}
	// A mark ends the reading: watches tell nothing of a time at which nothing changed.
	mark, err := c.etcd.Put(ctx, "/holdfast/zz-mark", "")
	if err != nil {
		c.t.Fatal(err)
	}
	for r := range c.etcd.Watch(ctx, "/holdfast/", clientv3.WithPrefix(), clientv3.WithRev(1)) {
		if err := r.Err(); err != nil {
			c.t.Fatal(err)
		}
		for _, e := range r.Events {
			if e.Kv.ModRevision >= mark.Header.Revision {
				a.done(last)
				return
			}
			if e.Type == clientv3.EventTypePut {
				a.put(string(e.Kv.Key), e.Kv.Value)
			}
		}
	}
}

// account is what is remembered from version to version.
type account struct {
	t      *testing.T
	states map[string]commands.State
	epochs map[string]uint64
}

func (a *account) put(key string, value []byte) {
	switch {
	case strings.HasPrefix(key, commands.Prefix):
		var c commands.Command
		if err := json.Unmarshal(value, &c); err != nil {
			a.t.Fatal(err)
		}
		before := a.states[key]
		if before != "" && before.Terminal() && before != commands.Unknown && before != c.State {
			a.t.Errorf("%s was %s, and then %s", key, before, c.State)
		}
		a.states[key] = c.State
	case strings.HasPrefix(key, gateway.OwnerPrefix):
		var o gateway.Owner
		if err := json.Unmarshal(value, &o); err != nil {
			a.t.Fatal(err)
		}
		if o.Epoch <= a.epochs[o.Site] {
			a.t.Errorf("the epoch of %s was %d, and then %d with %s", o.Site, a.epochs[o.Site], o.Epoch, o.Member)
		}
		a.epochs[o.Site] = o.Epoch
	}
}

func (a *account) done(last int64) {
	for key, state := range a.states {
		if !state.Terminal() {
			a.t.Errorf("%s has no outcome: it is %s", key, state)
		}
	}
	a.t.Logf("%d versions of the store hold %d commands and %d sites", last, len(a.states), len(a.epochs))
}
