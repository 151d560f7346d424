package node

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
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
	generation state.Generation
	resting    map[string]bool // rules that safe mode does not start
}

// openLife counts the start, and keeps the configuration as a generation.
func openLife(o Options) (*life, error) {
	s, err := state.Open(state.Options{Dir: filepath.Join(o.Dir, "state"), Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	l := &life{state: s}
	if err := l.begin(o); err != nil {
		return nil, errors.Join(fmt.Errorf("begin: %w", err), s.Close())
	}
	return l, nil
}

func (l *life) begin(o Options) (err error) {
	now := time.Now()
	if l.boot, err = l.state.BeginBoot(now); err != nil {
		return err
	}
	document := config.Canonical(o.Site, o.Components.catalog)
	if l.generation, err = l.state.Accept(document, "file", now); err != nil {
		return err
	}
	l.generation.Document = nil // it is on the disk, and may be large
	if err := l.state.Run(l.generation.Number); err != nil {
		return err
	}
	if l.boot.Deaths >= quickDeaths {
		l.resting, err = l.suspects(o)
	}
	return err
}

// suspects names the rules that were changed since the node last proved
// itself, and all of them where none was: what kills a node is most likely
// what was done to it last.
func (l *life) suspects(o Options) (map[string]bool, error) {
	resting := map[string]bool{}
	confirmed, err := l.state.Confirmed()
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		if last, err := o.Components.Parse([]config.Source{{Name: "confirmed.json", Data: confirmed.Document}}); err == nil {
			for _, c := range config.Diff(last, o.Site, o.Components.catalog) {
				if c.Kind == config.KindRule {
					resting[c.Name] = true
				}
			}
		}
	}
	if len(resting) == 0 {
		for _, r := range o.Site.Rules {
			resting[r.Name] = true
		}
	}
	return resting, nil
}

// prove says that the node, and what it runs, has proven itself. Safe mode
// proves nothing about a configuration that it does not run.
func (l *life) prove() error {
	if err := l.state.MarkHealthy(); err != nil {
		return err
	}
	if len(l.resting) > 0 {
		return nil
	}
	return l.state.Confirm(l.generation.Number)
}

// trouble tells of safe mode, in words; empty where the node runs all of it.
func (l *life) trouble() string {
	if len(l.resting) == 0 {
		return ""
	}
	return fmt.Sprintf("safe mode after %d quick deaths: not started are the rules %s; mend them, and restart the node",
		l.boot.Deaths, strings.Join(keys(l.resting), ", "))
}
