package rollout

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
)

// Prefix is where rollouts are in the store.
const Prefix = "/holdfast/rollouts/"

// MostSites bounds a rollout, so that it fits into one value of the store.
const MostSites = 10_000

// What callers branch on.
var (
	ErrUnknown = errors.New("there is no such rollout")
	ErrState   = errors.New("the rollout is not in a state for that")
	ErrEmpty   = errors.New("no site is chosen, or too many")
)

// Book is the rollouts of a cloud. It may be used concurrently.
type Book struct {
	o  Options
	me string // the member; tells this start of this member from every other
}

// Options are what a book is made of.
type Options struct {
	Member   string
	Store    kv.Store
	Blobs    blob.Store
	Sites    *sites.Directory
	Desired  *desired.Book
	Commands *commands.Book
	Upgrades *upgrades.Book
	Audit    *audit.Log
	Now      func() time.Time
	Lease    func() (kv.Lease, bool) // the member's, while it certainly holds
}

// NewBook returns the book in a store.
func NewBook(o Options) *Book {
	var me [8]byte
	rand.Read(me[:]) // never fails
	return &Book{o, o.Member + "/" + hex.EncodeToString(me[:])}
}

func blobKey(digest string) string { return "rollouts/" + digest }

// begin makes a rollout to sites.
func (b *Book) begin(p Plan, chosen []sites.Site, by string) (Rollout, error) {
	if len(chosen) == 0 || len(chosen) > MostSites {
		return Rollout{}, fmt.Errorf("%w: %d sites, want 1 to %d", ErrEmpty, len(chosen), MostSites)
	}
	var id [6]byte
	rand.Read(id[:]) // never fails
	now := b.o.Now().UTC()
	r := Rollout{Plan: p, ID: now.Format("20060102-150405-") + hex.EncodeToString(id[:3]), By: by, Created: now, Changed: now, State: Canary}
	for _, s := range chosen {
		r.Sites = append(r.Sites, Place{Name: s.Name, State: Waiting})
	}
	return r, nil
}

// BeginUpgrade enters a rollout of a version of the program to sites.
func (b *Book) BeginUpgrade(ctx context.Context, p Plan, chosen []sites.Site, by string) (Rollout, error) {
	r, err := b.begin(p, chosen, by)
	if err != nil {
		return r, err
	}
	if err := b.o.Upgrades.Check(ctx, *p.Program); err != nil {
		return r, err
	}
	return b.enter(ctx, r, "program "+p.Program.Version+p.Program.Digest)
}

// Begin enters a rollout of files to sites.
func (b *Book) Begin(ctx context.Context, p Plan, files []link.File, chosen []sites.Site, by string) (Rollout, error) {
	r, err := b.begin(p, chosen, by)
	if err != nil {
		return r, err
	}
	bundle, err := link.EncodeBundle(files)
	if err != nil {
		return r, err
	}
	for _, s := range chosen {
		if p.Templates { // what a site has no value for is found out before anything begins
			if _, err := desired.Fill(files, s); err != nil {
				return r, err
			}
		}
	}
	r.Bundle = link.Digest(bundle)
	if err := b.o.Blobs.Put(ctx, blobKey(r.Bundle), bundle); err != nil {
		return r, err
	}
	return b.enter(ctx, r, "bundle "+r.Bundle)
}

func (b *Book) enter(ctx context.Context, r Rollout, what string) (Rollout, error) {
	if err := b.write(ctx, r, "asked", fmt.Sprintf("%d sites, %s", len(r.Sites), what), r.By); err != nil {
		return r, err
	}
	_, err := b.o.Store.Commit(ctx, kv.Txn{If: []kv.Check{{Key: Prefix + r.ID}}, Put: []kv.Put{{Key: Prefix + r.ID, Value: kv.Encode(r)}}})
	return r, err
}

// Rollout returns one, or ErrUnknown.
func (b *Book) Rollout(ctx context.Context, id string) (Rollout, error) {
	r, _, err := kv.Load[Rollout](ctx, b.o.Store, Prefix+id)
	if errors.Is(err, kv.ErrNotFound) {
		return r, fmt.Errorf("rollout %s: %w", link.Cut(id), ErrUnknown)
	}
	return r, err
}

// List returns all rollouts, the oldest first.
func (b *Book) List(ctx context.Context) ([]Rollout, error) {
	list, _, err := kv.LoadAll[Rollout](ctx, b.o.Store, Prefix)
	return list, err
}

// Order pauses, resumes or aborts a rollout.
func (b *Book) Order(ctx context.Context, id, verb, by string) (r Rollout, err error) {
	err = kv.Update(ctx, b.o.Store, Prefix+id, func(v *Rollout, there bool) error {
		if !there {
			return fmt.Errorf("rollout %s: %w", link.Cut(id), ErrUnknown)
		}
		switch {
		case verb == "pause" && v.State.Active():
			v.State, v.Before = Paused, v.State
		case verb == "resume" && v.State == Paused:
			v.State, v.Before = v.Before, ""
		case verb == "abort" && !v.State.Ended():
			v.State = Aborted
		default:
			return fmt.Errorf("%s a rollout that is %s: %w", verb, v.State, ErrState)
		}
		v.Reason, v.Changed = verb+" by "+by, b.o.Now().UTC()
		r = *v
		return nil
	})
	if err != nil {
		return r, err
	}
	return r, b.write(ctx, r, "done", verb, by)
}

func (b *Book) write(ctx context.Context, r Rollout, result, detail, by string) error {
	return b.o.Audit.Write(ctx, audit.Record{Who: by, What: "rollout", Target: r.ID, Result: result, Detail: strings.TrimSpace(r.Selector + " " + detail)})
}

// step begins what is due, and gives the sites that were begun their generation, again if a member died in between. Each
// step is entered by compare-and-swap before it is acted on, while the member has the turn.
func (b *Book) step(ctx context.Context, mine kv.Check, e kv.Entry, reported map[string]*desired.Reported) error {
	v, err := kv.Decode[Rollout](e)
	if err != nil {
		return err
	}
	r := &v
	changed, err := b.take(ctx, r, reported)
	if err != nil {
		return err
	}
	version := e.Version
	if changed {
		if version, err = b.put(ctx, mine, r, version); err != nil {
			return err
		}
	}
	if r.State.Ended() {
		return b.write(ctx, *r, string(r.State), r.Reason, r.By)
	}
	if !slices.ContainsFunc(r.Sites, func(s Place) bool { return s.State == Begun && !s.told() }) {
		return nil
	}
	tell := b.tell
	if r.Program != nil {
		tell = b.ask
	}
	if err := tell(ctx, r); err != nil {
		return err
	}
	_, err = b.put(ctx, mine, r, version)
	return err
}

// take takes in what is known of the sites that were begun.
func (b *Book) take(ctx context.Context, r *Rollout, reported map[string]*desired.Reported) (changed bool, err error) {
	now := b.o.Now().UTC()
	if r.Program == nil {
		return r.Step(reported, now), nil
	}
	outcomes := map[string]commands.Command{}
	for _, s := range r.Sites {
		if s.State != Begun || s.Command == "" {
			continue
		}
		c, err := b.o.Commands.Command(ctx, s.Name, s.Command)
		if errors.Is(err, commands.ErrUnknown) { // it was forgotten: outcomes are kept for a day
			c, err = commands.Command{Key: s.Command, State: commands.Unknown, Detail: "its outcome is kept no longer"}, nil
		}
		if err != nil {
			return false, err
		}
		outcomes[s.Name] = c
	}
	return r.StepUpgrade(outcomes, now), nil
}

// ask enters the commands of the sites that were begun. The rollout's own name is their key, so that it is entered once.
func (b *Book) ask(ctx context.Context, r *Rollout) error {
	for i := range r.Sites {
		if s := &r.Sites[i]; s.State == Begun && !s.told() {
			c, err := b.o.Upgrades.Ask(ctx, s.Name, r.ID, r.By, *r.Program, r.Within)
			if err != nil {
				s.State, s.Reason = Failed, link.Cut(err.Error())
				continue
			}
			s.Command = c.Key
		}
	}
	return ctx.Err()
}

func (b *Book) put(ctx context.Context, mine kv.Check, r *Rollout, version int64) (int64, error) {
	return b.o.Store.Commit(ctx, kv.Txn{
		If:  []kv.Check{mine, {Key: Prefix + r.ID, Version: version}},
		Put: []kv.Put{{Key: Prefix + r.ID, Value: kv.Encode(*r)}},
	})
}

// tell makes the generations of the sites that were begun. The same bundle again is the same generation.
func (b *Book) tell(ctx context.Context, r *Rollout) error {
	octets, err := b.o.Blobs.Load(ctx, blobKey(r.Bundle))
	if err != nil {
		return err
	}
	files, err := link.DecodeBundle(octets)
	if err != nil {
		return err
	}
	for i := range r.Sites {
		if s := &r.Sites[i]; s.State == Begun && s.Generation == 0 {
			g, err := b.set(ctx, r, s.Name, files)
			if err != nil {
				s.State, s.Reason = Failed, link.Cut(err.Error())
				continue
			}
			s.Generation = g.Number
		}
	}
	return ctx.Err()
}

func (b *Book) set(ctx context.Context, r *Rollout, name string, files []link.File) (g desired.Generation, err error) {
	if r.Templates {
		s, err := b.o.Sites.Site(ctx, name)
		if err != nil {
			return g, err
		}
		if files, err = desired.Fill(files, s); err != nil {
			return g, err
		}
	}
	bundle, err := b.o.Desired.Pack(ctx, files)
	if err != nil {
		return g, err
	}
	return b.o.Desired.Set(ctx, desired.Change{Site: name, Bundle: bundle, By: r.By, Source: "rollout " + r.ID})
}
