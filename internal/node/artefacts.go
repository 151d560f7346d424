package node

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"regexp"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/store/artefacts"
	"github.com/holdfast-edge/holdfast/store/state"
)

// Artefacts has modules be looked for in what a node fetched that keeps its things in dir, before a configuration is read
// that names them.
func (c *Components) Artefacts(dir string) { c.modules.from(openArtefacts(dir, 0)) }

func openArtefacts(dir string, most int64) *artefacts.Store {
	return artefacts.Open(artefacts.Options{Dir: filepath.Join(dir, "artefacts"), Most: most})
}

// from has modules be looked for in a store.
func (m *modules) from(s *artefacts.Store) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fetched = s
}

// openArtefacts opens what was fetched, and lets go of what no configuration that is kept names any more.
func (n *Node) openArtefacts(most int64) {
	n.artefacts = openArtefacts(n.means.Dir, most)
	n.means.Components.modules.from(n.artefacts)
	n.collect()
}

// collect lets go of what no configuration that is kept needs.
func (n *Node) collect() {
	if _, err := n.artefacts.Collect(n.named); err != nil {
		n.means.Logger.Warn("what was fetched was not looked through", "error", err)
	}
}

// named returns the digests that stand in the configurations that are kept: the running one, the confirmed one, the one on
// trial, and those that can be returned to.
func (n *Node) named() (map[string]bool, error) {
	all, err := n.life.state.Generations()
	if err != nil {
		return nil, err
	}
	return n.digestsIn(all)
}

// needed returns the digests that must stay where there is no room for more: those of the running generation, of the
// confirmed one and of the one on trial.
func (n *Node) needed() (map[string]bool, error) {
	var all []state.Generation
	running, err := n.life.state.Running()
	if err != nil {
		return nil, err
	}
	all = append(all, running)
	if confirmed, err := n.life.state.Confirmed(); err == nil {
		all = append(all, confirmed)
	} else if !errors.Is(err, state.ErrNotFound) {
		return nil, err
	}
	if c, ok := n.changes.Status(); ok && !c.State.Ended() {
		for _, number := range []uint64{c.Generation, c.Before} {
			g, err := n.life.state.Generation(number)
			if err != nil {
				return nil, err
			}
			all = append(all, g)
		}
	}
	return n.digestsIn(all)
}

// digestsIn finds what may be a digest in configurations, and adds the versions of the program that run or ran before. What is
// none keeps nothing that is there.
func (n *Node) digestsIn(all []state.Generation) (map[string]bool, error) {
	found, digest := map[string]bool{}, regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	for _, g := range all {
		document, err := n.life.state.Configuration(g.Number)
		if err != nil {
			return nil, err
		}
		for _, d := range digest.FindAll(document, -1) {
			found[string(d)] = true
		}
	}
	programs, err := n.upgrades.digests() // which no configuration names
	if err != nil {
		return nil, err
	}
	for _, digest := range programs {
		found[digest] = true
	}
	return found, nil
}

// referencesOf are the artefacts that go with a configuration.
func referencesOf(files []link.File) (list []artefacts.Reference) {
	for _, f := range files {
		list = append(list, artefacts.Reference{Digest: f.Digest, Size: f.Size})
	}
	return list
}

// fetch has artefacts be here, whole, verified and on the disk.
func (n *Node) fetch(ctx context.Context, list []artefacts.Reference) error {
	from := func(ctx context.Context, r artefacts.Reference, offset int64, w io.Writer) error {
		n.means.Logger.Info("an artefact is fetched", "digest", r.Digest, "octets", r.Size, "offset", offset)
		return n.cloud.env.FetchInto(ctx, r.Digest, offset, r.Size, w)
	}
	for _, r := range list {
		kept, err := n.needed()
		if err != nil {
			return err
		}
		if err := n.artefacts.Fetch(ctx, r, from, kept); err != nil {
			return err
		}
	}
	return nil
}
