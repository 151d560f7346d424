package rollout

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
)

// step begins what is due, and gives the sites that were begun their generation, again if a member died in between. Each
// step is entered by compare-and-swap before it is acted on, while the member has the turn.
func (b *Book) step(ctx context.Context, mine kv.Check, e kv.Entry, reported map[string]*desired.Reported) error {
	v, err := kv.Decode[Rollout](e)
	if err != nil {
		return err
	}
	r, before := &v, v.State
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
	if r.State.Ended() && !before.Ended() {
		return b.write(ctx, *r, string(r.State), r.Reason, r.By)
	}
	if !r.State.Active() || !slices.ContainsFunc(r.Sites, func(s Place) bool { return s.State == Begun && !s.told() }) {
		return nil
	}
	if changed, err = b.tell(ctx, r); err == nil && changed {
		_, err = b.put(ctx, mine, r, version)
	}
	return err
}

// take takes in what is known of the sites that were begun.
func (b *Book) take(ctx context.Context, r *Rollout, reported map[string]*desired.Reported) (changed bool, err error) {
	if r.State.Ended() {
		if changed, err = b.recall(ctx, r); err != nil {
			return false, err
		}
	}
	now := b.o.Now().UTC()
	if r.Program == nil {
		return r.Step(reported, now) || changed, nil
	}
	outcomes := map[string]commands.Command{}
	for i := range r.Sites {
		s := &r.Sites[i]
		if !s.unsettled() {
			continue
		}
		c, err := b.o.Commands.Command(ctx, s.Name, s.Command)
		if errors.Is(err, commands.ErrUnknown) { // outcomes are kept for a day
			c, err = commands.Command{Key: s.Command, State: forgotten, Detail: "its outcome is kept no longer"}, nil
		}
		if err != nil {
			return false, err
		}
		outcomes[s.Name] = c
	}
	return r.StepUpgrade(outcomes, now) || changed, nil
}

// recall finds out which sites were told although it is not in the rollout, which has ended in the middle of that. The others
// were not, and are not begun any more.
func (b *Book) recall(ctx context.Context, r *Rollout) (changed bool, err error) {
	for i := range r.Sites {
		s := &r.Sites[i]
		if s.State != Begun || s.told() {
			continue
		}
		if err := b.recallAt(ctx, r, s); err != nil {
			return false, err
		}
		if !s.told() {
			s.State, s.Begun, s.Reason = Waiting, time.Time{}, ""
		}
		changed = true
	}
	return changed, nil
}

func (b *Book) recallAt(ctx context.Context, r *Rollout, s *Place) error {
	if r.Program != nil {
		c, err := b.o.Commands.Command(ctx, s.Name, r.ID)
		if errors.Is(err, commands.ErrUnknown) || err == nil && c.Kind != upgrades.Kind {
			return nil
		}
		s.Command = c.Key
		return err
	}
	g, err := b.o.Desired.Current(ctx, s.Name)
	if errors.Is(err, desired.ErrNone) || err == nil && g.Source != source(r) {
		return nil
	}
	s.Generation = g.Number
	return err
}

func (b *Book) put(ctx context.Context, mine kv.Check, r *Rollout, version int64) (int64, error) {
	return b.o.Store.Commit(ctx, kv.Txn{
		If:  []kv.Check{mine, {Key: Prefix + r.ID, Version: version}},
		Put: []kv.Put{{Key: Prefix + r.ID, Value: kv.Encode(*r)}},
	})
}

// tell gives the sites that were begun their generation, or their command.
func (b *Book) tell(ctx context.Context, r *Rollout) (changed bool, err error) {
	tellOne := b.ask
	if r.Program == nil {
		files, err := b.files(ctx, r)
		tellOne = func(ctx context.Context, r *Rollout, s *Place) error {
			if err != nil {
				return err
			}
			return b.set(ctx, r, s, files)
		}
	}
	for i := range r.Sites {
		s := &r.Sites[i]
		if s.State != Begun || s.told() {
			continue
		}
		err := tellOne(ctx, r, s)
		if ctx.Err() != nil { // what was told is told again, which is the same
			return false, ctx.Err()
		}
		changed = s.tried(err, b.o.Now()) || changed
	}
	return changed, nil
}

// tellWithin is how long it is tried to tell a site: the store, or the blob store, may be away for a while.
const tellWithin = time.Minute

// tried is what came of telling a site. It reports whether that is news.
func (s *Place) tried(err error, now time.Time) bool {
	before := *s
	switch {
	case err == nil:
		s.Reason = ""
		return true
	case refused(err) || now.Sub(s.Begun) > tellWithin:
		s.State, s.Reason = Failed, link.Cut(err.Error())
	default:
		s.Reason = link.Cut("it is not told yet: " + err.Error())
	}
	return *s != before
}

// refused tells whether a site cannot be told, however often that is tried.
func refused(err error) bool {
	return upgrades.Refused(err) || errors.Is(err, sites.ErrUnknown) || errors.Is(err, desired.ErrTemplate) || errors.Is(err, link.ErrBundle)
}

// ask enters the command of a site. The rollout's own name is its key, so that it is entered once.
func (b *Book) ask(ctx context.Context, r *Rollout, s *Place) error {
	c, err := b.o.Upgrades.Ask(ctx, s.Name, r.ID, r.By, *r.Program, r.Within)
	if err == nil {
		s.Command = c.Key
	}
	return err
}

// files are those that a rollout brings.
func (b *Book) files(ctx context.Context, r *Rollout) ([]link.File, error) {
	octets, err := b.o.Blobs.Load(ctx, blobKey(r.Bundle))
	if err != nil {
		return nil, err
	}
	return link.DecodeBundle(octets)
}

// source is what a generation says of where it comes from.
func source(r *Rollout) string { return "rollout " + r.ID }

// set makes the generation of a site. The same bundle again is the same generation.
func (b *Book) set(ctx context.Context, r *Rollout, s *Place, files []link.File) error {
	if r.Templates {
		site, err := b.o.Sites.Site(ctx, s.Name)
		if err != nil {
			return err
		}
		if files, err = desired.Fill(files, site); err != nil {
			return err
		}
	}
	bundle, err := b.o.Desired.Pack(ctx, files)
	if err != nil {
		return err
	}
	g, err := b.o.Desired.Set(ctx, desired.Change{Site: s.Name, Bundle: bundle, By: r.By, Source: source(r)})
	if err == nil {
		s.Generation = g.Number
	}
	return err
}
