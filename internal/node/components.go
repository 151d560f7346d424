package node

import (
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

// LoadToRun is Load for a node that starts: what is only away for now, such as the
// file of a table, is no mistake then.
func (c *Components) LoadToRun(path string) (*config.Site, error) {
	return config.Load(path, c.catalog, c.checkToRun)
}

func (c *Components) checkToRun(site *config.Site) config.Errors {
	_, errs := c.planWith(site, true)
	return errs
}

func (c *Components) check(site *config.Site) config.Errors {
	_, errs := c.plan(site)
	return errs
}
