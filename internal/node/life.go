package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/internal/program"
	"github.com/holdfast-edge/holdfast/store/state"
)

// quickDeaths is after how many starts in a row that never became healthy a
// node starts in safe mode.
const quickDeaths = 3

// healthyAfter is how long a node must run to have proven itself, and its
// configuration with it.
const healthyAfter = time.Minute

// life is what a node knows of its own starts and configurations. What it
// remembers is on the disk.
//
//	start ──▶ unproven ── a minute, or an orderly stop ──▶ healthy
//	            │ death
//	            ▼
//	          start, with a death more; from the third on in safe mode
type life struct {
	state      *state.State
	boot       state.Boot
	generation state.Generation // that this process began with
	site       *config.Site     // the same, read
	resumed    bool             // it is on trial, and this start is part of that
	resting    map[string]bool  // rules that safe mode does not start
	damage     []string         // what of the state could not be read, and what was done about it
}

// ErrUnconfigured says that a node has nothing to run.
var ErrUnconfigured = errors.New("the data directory has no configuration yet: start the node with --config FILE once")

// openLife counts the start, and decides what it runs.
func openLife(o Options) (*life, error) {
	dir := filepath.Join(o.Dir, "state")
	if _, err := os.Stat(dir); o.Site == nil && errors.Is(err, fs.ErrNotExist) {
		return nil, ErrUnconfigured
	}
	s, err := state.Open(state.Options{Dir: dir, Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	l := &life{state: s, damage: s.Damage()}
	if err := l.begin(o); err != nil {
		return nil, errors.Join(fmt.Errorf("begin: %w", err), s.Close())
	}
	debug.FreeOSMemory() // a large configuration was written or compared, which takes several times its length
	return l, nil
}

func (l *life) begin(o Options) (err error) {
	if trial, fresh := unproven(o); trial || fresh { // deaths of a version on trial put no rule to rest
		if err := l.state.MarkHealthy(); err != nil && !errors.Is(err, state.ErrNotFound) { // a state that was lost has no boot before this
			return err
		}
		if fresh {
			if err := program.Open(o.Dir).Seen(); err != nil { // the next start hears of it again
				o.Logger.Warn("how the last trial of a version ended is not marked as seen", "error", err)
			}
		}
	}
	if l.boot, err = l.state.BeginBoot(time.Now()); err != nil {
		return err
	}
	if err := l.choose(o); err != nil {
		return err
	}
	o.Logger.Info("configuration", "generation", l.generation.Number, "origin", l.generation.Origin, "digest", l.generation.Digest.String())
	if l.boot.Deaths >= quickDeaths {
		l.resting, err = l.suspects(o)
	}
	return err
}

// Where programs before this one kept the document of the file that they were started with, beside its generation.
const originSpace, fileKey = "origin", "file"

// choose decides what this start runs. A file that the node was not started with
// the last time is what somebody wants now; one that it knows says nothing about
// what was decided since.
func (l *life) choose(o Options) error {
	if o.Site == nil {
		return l.resume(o, state.Digest{})
	}
	document := config.Canonical(o.Site, o.Components.catalog)
	if digest := state.DigestOf(document); l.known(o, digest) {
		return l.resume(o, digest)
	}
	if err := reconcile.Drop(l.state, "the node was started with another configuration file", time.Now()); err != nil {
		return err
	}
	return l.take(o, document)
}

// take runs the configuration of the file, whose document is given.
func (l *life) take(o Options, document []byte) error {
	g, err := l.state.Accept(document, fileKey, time.Now())
	if err != nil {
		return err
	}
	l.generation, l.site = g, o.Site
	return errors.Join(l.state.Run(g.Number), l.state.Give(g.Number), l.state.Remove(originSpace, fileKey))
}

// known reports whether the file, of whose document the digest is given, does what
// that of the last start did. They are compared by what they mean to this program,
// which may be a newer one.
func (l *life) known(o Options, file state.Digest) bool {
	var document []byte
	given, err := l.state.Given()
	switch {
	case errors.Is(err, state.ErrNotFound):
		document, err = l.state.Document(originSpace, fileKey)
	case err == nil && given.Digest == file:
		return true
	case err == nil:
		document, err = l.state.Configuration(given.Number)
	}
	if err != nil {
		return false
	}
	last, err := o.Components.readDocument(document)
	return err == nil && len(config.Diff(last, o.Site, o.Components.catalog)) == 0
}

// resume goes on with what the state says. Where that cannot be read any more,
// as after a change of the program, the last that has proven itself is run. file
// is the digest of the document of o.Site, which is read already.
func (l *life) resume(o Options, file state.Digest) error {
	number, resumed, err := reconcile.Begin(l.state)
	if err != nil {
		return err
	}
	var g state.Generation
	if number == 0 {
		g, err = l.state.Running()
	} else {
		g, err = l.state.Generation(number)
	}
	if errors.Is(err, state.ErrNotFound) && number == 0 && len(l.damage) == 0 {
		return ErrUnconfigured
	}
	var site *config.Site
	switch {
	case err != nil:
	case o.Site != nil && g.Digest == file:
		site = o.Site
	default:
		site, err = l.read(o, g)
	}
	if err == nil {
		l.generation, l.site, l.resumed = g, site, resumed
		return nil
	}
	return l.fallBack(o, err)
}

// read reads what a generation says.
func (l *life) read(o Options, g state.Generation) (*config.Site, error) {
	document, err := l.state.Configuration(g.Number)
	if err != nil {
		return nil, err
	}
	return o.Components.parseDocument(document)
}

// fallBack runs the last generation that has proven itself: as the state has it,
// or else the copy that is kept beside it.
func (l *life) fallBack(o Options, cause error) error {
	for _, last := range []func() (state.Generation, error){
		l.state.Confirmed,
		func() (state.Generation, error) { return l.state.Spare(time.Now()) },
	} {
		g, err := last()
		if err == nil {
			l.site, err = l.read(o, g)
		}
		if err != nil {
			cause = errors.Join(cause, err)
			continue
		}
		l.damage = append(l.damage, fmt.Sprintf("the running configuration cannot be read (%v): generation %d is run, which was confirmed last", cause, g.Number))
		l.generation = g
		return l.state.Run(g.Number)
	}
	if o.Site == nil {
		return fmt.Errorf("no configuration can be read: start the node with --config FILE once: %w", cause)
	}
	l.damage = append(l.damage, fmt.Sprintf("no configuration that was accepted can be read (%v): that of the file is run", cause))
	return l.take(o, config.Canonical(o.Site, o.Components.catalog))
}

// suspects names the rules that were changed since the node last proved
// itself, and all of them where none was: what kills a node is most likely
// what was done to it last.
func (l *life) suspects(o Options) (map[string]bool, error) {
	resting := map[string]bool{}
	changes, err := l.unproven(o)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if c.Kind == config.KindRule {
			resting[c.Name] = true
		}
	}
	if len(resting) == 0 {
		for _, r := range l.site.Rules {
			resting[r.Name] = true
		}
	}
	return resting, nil
}

// unproven lists what differs from the configuration that has proven itself last: nothing where there is none that can
// be read.
func (l *life) unproven(o Options) ([]config.Change, error) {
	confirmed, err := l.state.Confirmed()
	if errors.Is(err, state.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	document, err := l.state.Configuration(confirmed.Number)
	if err != nil {
		return nil, err
	}
	last, err := o.Components.readDocument(document)
	if err != nil {
		return nil, nil //nolint:nilerr // an older program's: all rules are suspects then
	}
	return config.Diff(last, l.site, o.Components.catalog), nil
}

// prove says that the node has proven itself, and the configuration that it began
// with, too, if it still runs it. Safe mode proves nothing about a configuration
// that it does not run, and what is on trial is for the trial to judge.
func (l *life) prove() error {
	if err := l.state.MarkHealthy(); err != nil {
		return err
	}
	running, err := l.state.Running()
	if err != nil || len(l.resting) > 0 || l.resumed || running.Number != l.generation.Number {
		return err
	}
	return l.state.Confirm(l.generation.Number)
}

// tellDamage tells what of the state could not be read.
func (n *Node) tellDamage() {
	for _, text := range n.life.damage {
		text = "the node's state was damaged: " + text
		n.means.Logger.Error("state", "alarm", text)
		n.journal.add(console.Event{Time: n.journal.now(), Kind: "alarm", Path: "/core", Text: text})
	}
}

// trouble tells of safe mode, in words; empty where the node runs all of it.
func (l *life) trouble(resting map[string]bool) string {
	if len(resting) == 0 {
		return ""
	}
	return fmt.Sprintf("safe mode after %d quick deaths: not started are the rules %s; mend them, or restart the node",
		l.boot.Deaths, strings.Join(keys(resting), ", "))
}
