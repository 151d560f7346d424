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

	Programs map[string]string `json:"programs,omitempty" doc:"The artefacts' digests by platform, as they were when it was wanted: what is put later is none of it."`
}

// ending is what a node has to end the process in, between what it was asked for and the trial.
const ending = 2 * time.Minute

// grace is how long after the deadline of its command the outcome of an upgrade may come: it was begun before that, and is
// on trial.
func (w Wanted) grace() time.Duration {
	return ending + w.Policy.Start + w.Policy.Window + w.Policy.Confirm
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

// check says what is wrong with what is wanted, whatever artefacts there are.
func (w Wanted) check() error {
	if (w.Version == "") == (w.Digest == "") {
		return fmt.Errorf("%w: want either a version or a digest", ErrWanted)
	}
	if p := w.Policy; p.Window < 0 || p.Confirm <= 0 || p.Start <= 0 || p.MaxBad < 0 || p.MaxBad > 1 || p.Restarts < 0 {
		return fmt.Errorf("%w: the policy needs times above nothing, and a share of 0 to 1", ErrWanted)
	}
	return nil
}

// Pin says what is wrong with what is wanted, before any site is asked, and names the artefacts that it is: of several for one
// platform the newest. So the last site runs the octets that the first one has proven.
func (b *Book) Pin(ctx context.Context, w Wanted) (Wanted, error) {
	if err := w.check(); err != nil {
		return w, err
	}
	list, err := b.o.Artefacts.List(ctx)
	if err != nil {
		return w, err
	}
	newest := map[string]artefacts.Artefact{}
	for _, a := range list {
		meant := a.Kind == artefacts.Program && (a.Digest == w.Digest || w.Version != "" && a.Version == w.Version)
		if there, ok := newest[a.Platform]; meant && (!ok || a.Uploaded.After(there.Uploaded)) {
			newest[a.Platform] = a
		}
	}
	if len(newest) == 0 {
		return w, fmt.Errorf("%w: put it first with holdfast-cloud artefact put --version", ErrWanted)
	}
	w.Programs = map[string]string{}
	for platform, a := range newest {
		w.Programs[platform] = a.Digest
	}
	return w, nil
}

// Refused tells whether a site cannot be asked, however often that is tried.
func Refused(err error) bool {
	for _, refusal := range []error{ErrWanted, ErrPlatform, ErrOld, artefacts.ErrUnknown, commands.ErrReused} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// Ask enters the command with which a site is to run what was pinned, or returns the one of this key that is there. It is not
// begun after within. A key of another command is commands.ErrReused.
func (b *Book) Ask(ctx context.Context, site, key, by string, w Wanted, within time.Duration) (commands.Command, error) {
	there, err := b.o.Commands.Command(ctx, site, key)
	switch {
	case err == nil:
		return asked(there, nil)
	case !errors.Is(err, commands.ErrUnknown):
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
	return asked(b.o.Commands.Submit(ctx, commands.Command{
		Key: key, Site: site, Kind: Kind, Target: "program/" + a.Version, Arguments: arguments, By: by, Deadline: b.o.Now().Add(within), Grace: w.grace(),
	}))
}

// asked is the upgrade of a key that is there: another member may have signed and entered it at the same time.
func asked(there commands.Command, err error) (commands.Command, error) {
	if (err == nil || errors.Is(err, commands.ErrReused)) && there.Kind != Kind {
		return there, fmt.Errorf("command %s: %w", there.Key, commands.ErrReused)
	}
	if errors.Is(err, commands.ErrReused) {
		err = nil
	}
	return there, err
}

// of finds the artefact for a site.
func (b *Book) of(ctx context.Context, site string, w Wanted) (artefacts.Artefact, error) {
	r, err := b.o.Desired.Reported(ctx, site)
	if errors.Is(err, desired.ErrNone) || err == nil && r.Platform == "" {
		err = ErrOld
	}
	if err == nil && len(w.Programs) == 0 { // it was wanted of a cloud that pinned nothing yet
		w, err = b.Pin(ctx, w)
	}
	if err != nil {
		return artefacts.Artefact{}, err
	}
	digest, ok := w.Programs[r.Platform]
	if !ok {
		return artefacts.Artefact{}, fmt.Errorf("%w: it runs on %s", ErrPlatform, r.Platform)
	}
	return b.o.Artefacts.Artefact(ctx, digest)
}
