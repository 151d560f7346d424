package rollout

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
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
	pinned, err := b.o.Upgrades.Pin(ctx, *p.Program)
	if err != nil {
		return r, err
	}
	r.Program = &pinned
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
