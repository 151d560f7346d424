package node

import (
	"sync"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/sinks"
)

// Components is what a build of Holdfast can speak: its drivers, sinks
// and servers.
type Components struct {
	drivers map[string]protocols.Driver
	sinks   map[string]sinks.Sink
	servers map[string]protocols.Server
	catalog *config.Catalog
	modules modules
	handed  handed
}

// NewComponents registers drivers, sinks and servers. An error is a programmer's: a name
// used twice, a specification that makes no sense.
func NewComponents(drivers []protocols.Driver, far []sinks.Sink, servers ...protocols.Server) (*Components, error) {
	c := &Components{drivers: map[string]protocols.Driver{}, sinks: map[string]sinks.Sink{}, servers: map[string]protocols.Server{}}
	var driverSpecs []config.Driver
	for _, d := range drivers {
		spec := d.Spec()
		c.drivers[spec.Name] = d
		driverSpecs = append(driverSpecs, spec)
	}
	var sinkSpecs []config.SinkType
	for _, s := range far {
		spec := s.Spec()
		c.sinks[spec.Name] = s
		sinkSpecs = append(sinkSpecs, spec)
	}
	var serverSpecs []config.ServerType
	for _, s := range servers {
		spec := s.Spec()
		c.servers[spec.Name] = s
		serverSpecs = append(serverSpecs, spec)
	}
	catalog, err := config.NewCatalog(driverSpecs, sinkSpecs, serverSpecs...)
	c.catalog = catalog
	return c, err
}

// Driver returns a driver by its name.
func (c *Components) Driver(name string) (d protocols.Driver, ok bool) {
	d, ok = c.drivers[name]
	return d, ok
}

// Catalog returns what configurations are decoded with.
func (c *Components) Catalog() *config.Catalog { return c.catalog }

// Load reads a site and checks all of it that can be checked without the plant:
// the drivers compile its devices, and the engine compiles its rules. The error
// is of type config.Errors and places everything that is wrong.
func (c *Components) Load(path string) (*config.Site, error) {
	return config.Load(path, c.catalog, c.check)
}

// Parse is Load for sources in memory.
func (c *Components) Parse(sources []config.Source) (*config.Site, error) {
	return config.Parse(sources, c.catalog, c.check)
}

// ParseElsewhere is Parse for a site that will run later, or on another machine: what is
// only away for now, such as the file of a table, is no mistake.
func (c *Components) ParseElsewhere(sources []config.Source) (*config.Site, error) {
	return config.Parse(sources, c.catalog, func(site *config.Site) config.Errors {
		_, errs := c.planWith(site, true)
		return errs
	})
}

// LoadToRun is Load for a node that starts: what is only away for now, such as the
// file of a table, is no mistake then.
func (c *Components) LoadToRun(path string) (*config.Site, error) {
	return config.Load(path, c.catalog, c.checkToRun)
}

// parseToRun is LoadToRun for sources in memory.
func (c *Components) parseToRun(sources []config.Source) (*config.Site, error) {
	return config.Parse(sources, c.catalog, c.checkToRun)
}

func (c *Components) checkToRun(site *config.Site) config.Errors {
	plan, errs := c.planWith(site, true)
	if len(errs) == 0 {
		c.handed.give(site, plan)
	}
	return errs
}

// handed is what a check has compiled, for the scene that is made of the same site
// next: a large plant is compiled once. It holds one plan at most.
type handed struct {
	mu   sync.Mutex
	site *config.Site
	plan *plan
}

func (h *handed) give(site *config.Site, plan *plan) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.site, h.plan = site, plan
}

// take returns the plan of a site, nil where another one was checked last. A plan
// is run once, so it is gone then; so is another's.
func (h *handed) take(site *config.Site) *plan {
	h.mu.Lock()
	defer h.mu.Unlock()
	plan := h.plan
	if h.site != site {
		plan = nil
	}
	h.site, h.plan = nil, nil
	return plan
}

func (c *Components) check(site *config.Site) config.Errors {
	_, errs := c.plan(site)
	return errs
}
