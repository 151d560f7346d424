package node

import (
	"github.com/holdfast-edge/holdfast/config"
)

// scene is a site as it runs: what was asked for, and what was compiled of it.
// It is not changed; another configuration is another scene.
type scene struct {
	site    *config.Site
	plan    *plan
	digests map[config.Kind]map[string]string // of the resources

	resting map[string]bool // rules that safe mode does not start
	left    chan struct{}   // closed when another scene has taken its place
}

// scene compiles a site, or takes what its check has compiled.
func (c *Components) scene(site *config.Site) (*scene, config.Errors) {
	plan := c.handed.take(site)
	if plan == nil {
		var errs config.Errors
		if plan, errs = c.planWith(site, true); len(errs) > 0 { // it was checked when it was given
			return nil, errs
		}
	}
	return &scene{site: site, plan: plan, digests: config.Digests(site, c.catalog), left: make(chan struct{})}, nil
}

// follow makes the scene one that comes after another: its streams keep their
// demands, and the inlets that take the same topics, since what is on its way
// through them is on no disk.
func (s *scene) follow(last *scene) {
	before := map[string]subscribed{}
	for _, c := range last.plan.streams {
		before[c.Stream.Name] = c
	}
	for i := range s.plan.streams {
		c := &s.plan.streams[i]
		old, was := before[c.Stream.Name]
		if !was {
			continue
		}
		c.Demand = old.Demand
		if c.Inlet != nil && old.Inlet != nil && old.Inlet.Same(c.Inlet) {
			c.Inlet = old.Inlet
		}
	}
	s.plan.keepTables(last.plan)
	s.resting = map[string]bool{}
	for name := range last.resting {
		if s.digests[config.KindRule][name] == last.digests[config.KindRule][name] {
			s.resting[name] = true
		}
	}
}

// scene returns the site that runs, or is being started.
func (n *Node) scene() *scene { return n.running.Load() }

// site returns its configuration.
func (n *Node) site() *config.Site { return n.scene().site }

// plan returns what was compiled of it.
func (n *Node) plan() *plan { return n.scene().plan }
