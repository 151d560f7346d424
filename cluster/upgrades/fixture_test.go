package upgrades_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
)

// cloud is what the members of a cloud have in common, and the books of one of them.
type cloud struct {
	t         *testing.T
	store     *kv.Memory
	blobs     *flaky
	audit     *audit.Log
	authority *authority.Authority
	sites     *sites.Directory
	artefacts *artefacts.Book
	commands  *commands.Book
	desired   *desired.Book
	upgrades  *upgrades.Book
	rollouts  *rollout.Book // of no member: it begins and orders
}

// flaky is a blob store that is away at times.
type flaky struct {
	blob.Store

	away atomic.Bool
}

var errAway = errors.New("the blob store is away")

func (f *flaky) Put(ctx context.Context, key string, octets []byte) error {
	if f.away.Load() {
		return errAway
	}
	return f.Store.Put(ctx, key, octets)
}

func open(t *testing.T) *cloud {
	t.Helper()
	dir := t.TempDir()
	blobs, err := blob.OpenDirectory(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := authority.Open(filepath.Join(dir, "ca"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{t: t, store: kv.NewMemory(), blobs: &flaky{Store: blobs}, authority: ca}
	c.audit = audit.New(c.blobs, "m1", time.Now)
	c.sites = sites.NewDirectory(sites.Options{Store: c.store, Authority: ca, Now: time.Now})
	c.artefacts = artefacts.NewBook(c.store, c.blobs, c.audit, time.Now)
	c.commands = commands.NewBook(c.store, c.audit, time.Now)
	c.desired = desired.NewBook(desired.Options{
		Store: c.store, Blobs: c.blobs, Authority: ca, Sites: c.sites, Artefacts: c.artefacts, Audit: c.audit, Now: time.Now, Policy: link.DefaultPolicy(),
	})
	c.upgrades = upgrades.NewBook(upgrades.Options{Artefacts: c.artefacts, Commands: c.commands, Desired: c.desired, Authority: ca, Now: time.Now})
	c.rollouts = c.book("nobody", nil)
	return c
}

func (c *cloud) book(member string, lease kv.Lease) *rollout.Book {
	return rollout.NewBook(rollout.Options{
		Member: member, Store: c.store, Blobs: c.blobs, Sites: c.sites, Desired: c.desired, Commands: c.commands, Upgrades: c.upgrades,
		Audit: c.audit, Now: time.Now, Lease: func() (kv.Lease, bool) { return lease, lease != nil && lease.Alive() },
	})
}

// member carries rollouts and commands on until it is killed: then its lease ends, and nothing that it was about to do is done.
func (c *cloud) member(name string) (kill func()) {
	c.t.Helper()
	lease, err := c.store.Lease(c.t.Context(), time.Minute)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(c.t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = c.book(name, lease).Run(ctx) })
	running.Go(func() { _ = c.commands.Keep(ctx, slog.New(slog.DiscardHandler)) })
	kill = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		c.store.Expire(lease)
	})
	c.t.Cleanup(kill)
	return kill
}

// site adds a site whose node says which platform it is for; empty: it says nothing of that.
func (c *cloud) site(name, platform string) sites.Site {
	c.t.Helper()
	s := sites.Site{Name: name}
	err := c.sites.Add(c.t.Context(), s)
	if err := errors.Join(err, c.desired.Report(c.t.Context(), desired.Reported{Site: name, Platform: platform}, kv.Check{Key: "/none"})); err != nil {
		c.t.Fatal(err)
	}
	return s
}

// put keeps a program.
func (c *cloud) put(version, platform, octets string) artefacts.Artefact {
	c.t.Helper()
	a, err := c.artefacts.Put(c.t.Context(), artefacts.Artefact{Name: "holdfast", Kind: artefacts.Program, Version: version, Platform: platform, By: "anna"}, []byte(octets))
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// wanted is a version, brought in as always.
func wanted(version string) upgrades.Wanted {
	return upgrades.Wanted{Version: version, Policy: link.DefaultProgramPolicy()}
}

// pin pins a version.
func (c *cloud) pin(version string) upgrades.Wanted {
	c.t.Helper()
	w, err := c.upgrades.Pin(c.t.Context(), wanted(version))
	if err != nil {
		c.t.Fatal(err)
	}
	return w
}

// begin begins a rollout of version 2.0.0.
func (c *cloud) begin(p rollout.Plan, chosen ...sites.Site) string {
	c.t.Helper()
	w := wanted("2.0.0")
	p.Program, p.Within = &w, within
	r, err := c.rollouts.BeginUpgrade(c.t.Context(), p, chosen, "anna")
	if err != nil {
		c.t.Fatal(err)
	}
	return r.ID
}

const within = 15 * time.Minute

// after returns a rollout when some time has passed.
func (c *cloud) after(d time.Duration, id string) rollout.Rollout {
	c.t.Helper()
	<-time.After(d)
	synctest.Wait()
	r, err := c.rollouts.Rollout(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// settled is a time in which a member takes every step that is due.
const settled = 10 * time.Second

// send has the node of a site hear of its command.
func (c *cloud) send(site, key string) {
	c.t.Helper()
	command, err := c.commands.Command(c.t.Context(), site, key)
	if err == nil {
		_, err = c.commands.MarkSent(c.t.Context(), command, 1, kv.Check{Key: "/none"})
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// answers has the node of a site say what came of its command.
func (c *cloud) answers(site, key string, result wire.Result, detail string) {
	c.t.Helper()
	if err := c.commands.Settle(c.t.Context(), site, &wire.Outcome{Key: key, Result: result, Detail: detail}); err != nil {
		c.t.Fatal(err)
	}
}

// records are those of the audit log.
func (c *cloud) records() []audit.Record {
	c.t.Helper()
	list, err := audit.Read(c.t.Context(), c.blobs, time.Now(), 10_000)
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}
