// Package upgrades has sites run another version of their program: it finds the artefact for a site's platform, lets the site
// fetch it, signs what the site is to run, and enters that as a command, whose outcome is the upgrade's.
package upgrades

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/link"
)

// Kind is the kind of the command.
const Kind = "upgrade"

// Wanted is which program sites are to run.
type Wanted struct {
	Version string             `json:"version,omitempty" doc:"Of which each site gets the artefact for its platform."`
	Digest  string             `json:"digest,omitempty" doc:"Or this artefact and no other."`
	Policy  link.ProgramPolicy `json:"policy"`
}

// What callers branch on.
var (
	ErrWanted   = errors.New("no such version")
	ErrPlatform = errors.New("there is no artefact for the site's platform")
	ErrOld      = errors.New("the site's program is not changed from the cloud: it is too old for that, was never connected, or is not started by holdfast edge")
)

// Options are what a book is made of.
type Options struct {
	Artefacts *artefacts.Book
	Commands  *commands.Book
	Desired   *desired.Book // for what sites say of themselves
	Authority *authority.Authority
	Now       func() time.Time
}

// Book asks sites. It may be used concurrently.
type Book struct{ o Options }

// NewBook returns a book.
func NewBook(o Options) *Book { return &Book{o} }

// programs are the artefacts that something wanted can mean.
func (b *Book) programs(ctx context.Context, w Wanted) (found []artefacts.Artefact, err error) {
	if (w.Version == "") == (w.Digest == "") {
		return nil, fmt.Errorf("%w: want either a version or a digest", ErrWanted)
	}
	if p := w.Policy; p.Window < 0 || p.Confirm <= 0 || p.Start <= 0 || p.MaxBad < 0 || p.MaxBad > 1 || p.Restarts < 0 {
		return nil, fmt.Errorf("%w: the policy needs times above nothing, and a share of 0 to 1", ErrWanted)
	}
	list, err := b.o.Artefacts.List(ctx)
	for _, a := range list {
		if a.Kind == artefacts.Program && (a.Digest == w.Digest || w.Version != "" && a.Version == w.Version) {
			found = append(found, a)
		}
	}
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%w: put it first with holdfast-cloud artefact put --version", ErrWanted)
	}
	return found, err
}

// Check says what is wrong with what is wanted, before any site is asked.
func (b *Book) Check(ctx context.Context, w Wanted) error {
	_, err := b.programs(ctx, w)
	return err
}

// Ask enters the command with which a site is to run what is wanted, or returns the one of this key that is there. It is not
// begun after within.
func (b *Book) Ask(ctx context.Context, site, key, by string, w Wanted, within time.Duration) (commands.Command, error) {
	if there, err := b.o.Commands.Command(ctx, site, key); err == nil || !errors.Is(err, commands.ErrUnknown) {
		return there, err
	}
	a, err := b.of(ctx, site, w)
	if err != nil {
		return commands.Command{}, err
	}
	if err := b.o.Artefacts.Grant(ctx, site, a.Digest); err != nil {
		return commands.Command{}, err
	}
	signed, err := b.o.Authority.SignProgram(link.ProgramStatement{
		Site: site, Key: key, Digest: a.Digest, Size: a.Size, Version: a.Version, Platform: a.Platform, Issued: b.o.Now().UTC(), By: by, Policy: w.Policy,
	})
	if err != nil {
		return commands.Command{}, err
	}
	arguments, err := json.Marshal(signed)
	if err != nil {
		return commands.Command{}, err
	}
	return b.o.Commands.Submit(ctx, commands.Command{
		Key: key, Site: site, Kind: Kind, Target: "program/" + a.Version, Arguments: arguments, By: by, Deadline: b.o.Now().Add(within),
	})
}

// of finds the artefact for a site.
func (b *Book) of(ctx context.Context, site string, w Wanted) (artefacts.Artefact, error) {
	r, err := b.o.Desired.Reported(ctx, site)
	if errors.Is(err, desired.ErrNone) || err == nil && r.Platform == "" {
		err = ErrOld
	}
	if err != nil {
		return artefacts.Artefact{}, err
	}
	list, err := b.programs(ctx, w)
	if err != nil {
		return artefacts.Artefact{}, err
	}
	var found *artefacts.Artefact
	for i := range list {
		if list[i].Platform == r.Platform && (found == nil || list[i].Uploaded.After(found.Uploaded)) {
			found = &list[i]
		}
	}
	if found == nil {
		return artefacts.Artefact{}, fmt.Errorf("%w: it runs on %s", ErrPlatform, r.Platform)
	}
	return *found, nil
}
