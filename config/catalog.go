package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Driver is what a protocol says of itself to the configuration. Endpoint, Device and Tag are zero values of the
// structs whose field tags declare its keys (see package spec); nil where it has none.
type Driver struct {
	Name     string   // as in driver: modbus
	Doc      string   // what it speaks to, for the reference; a paragraph
	Schemes  []string // of the endpoints that it takes: tcp, rtu; none for a driver without endpoints
	Endpoint any      // keys of the endpoint's query
	Device   any      // keys beside those of a device; its pointer may be a TagChecker
	Tag      any      // keys beside those of a tag
}

// SinkType is what a kind of far end says of itself to the configuration.
type SinkType struct {
	Name    string // as in type: mqtt
	Doc     string // where it delivers to, for the reference; a paragraph
	Options any    // zero value of the struct with the keys beside those of a sink; nil where it has none
}

// ServerType is what a kind of server says of itself to the configuration.
type ServerType struct {
	Name    string // as in type: modbus
	Doc     string // whom it serves, for the reference; a paragraph
	Options any    // zero value of the struct with the keys beside those of a server
}

// Catalog is every driver, sink and server type of the build. It is made once by the composition root and is immutable.
type Catalog struct {
	drivers []Driver
	sinks   []SinkType
	servers []ServerType
	site    *spec.Spec
	options map[optionsKey]*spec.Spec
}

type optionsKey struct{ kind, name, part string }

// The kinds of component, as in the chooses and options tags.
const (
	driverKind = "driver"
	sinkKind   = "sink type"
	serverKind = "server type"
)

// NewCatalog reads the specs of all components. An error is a programmer's: a struct tag that makes no sense, a key
// without doc, a name used twice.
func NewCatalog(drivers []Driver, sinks []SinkType, servers ...ServerType) (*Catalog, error) {
	site, err := spec.Of(reflect.TypeFor[Site]())
	if err != nil {
		return nil, err
	}
	c := &Catalog{
		drivers: slices.Clone(drivers), sinks: slices.Clone(sinks), servers: slices.Clone(servers), site: site,
		options: map[optionsKey]*spec.Spec{},
	}
	slices.SortFunc(c.drivers, func(a, b Driver) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(c.sinks, func(a, b SinkType) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(c.servers, func(a, b ServerType) int { return strings.Compare(a.Name, b.Name) })
	for _, d := range c.drivers {
		if err := c.addDriver(d); err != nil {
			return nil, fmt.Errorf("driver %s: %w", d.Name, err)
		}
	}
	for _, s := range c.sinks {
		if err := c.add(optionsKey{sinkKind, s.Name, "options"}, s.Doc, s.Options); err != nil {
			return nil, fmt.Errorf("sink type %s: %w", s.Name, err)
		}
	}
	for _, s := range c.servers {
		if err := c.add(optionsKey{serverKind, s.Name, "options"}, s.Doc, s.Options); err != nil {
			return nil, fmt.Errorf("server type %s: %w", s.Name, err)
		}
	}
	return c, nil
}

// addDriver reads the three specs of a driver.
func (c *Catalog) addDriver(d Driver) error {
	for part, prototype := range map[string]any{"endpoint": d.Endpoint, "device": d.Device, "tag": d.Tag} {
		if err := c.add(optionsKey{driverKind, d.Name, part}, d.Doc, prototype); err != nil {
			return err
		}
	}
	return nil
}

// add reads one spec; a component that declares no keys has none.
func (c *Catalog) add(key optionsKey, doc string, prototype any) error {
	if _, twice := c.options[key]; twice {
		return fmt.Errorf("the name is used twice")
	}
	if err := spec.Match("name", key.name); err != nil {
		return err
	}
	if doc == "" {
		return fmt.Errorf("a component has a doc")
	}
	if prototype == nil {
		c.options[key] = nil
		return nil
	}
	s, err := spec.Of(reflect.TypeOf(prototype))
	c.options[key] = s
	return err
}

// Driver finds a driver by name.
func (c *Catalog) Driver(name string) (Driver, bool) {
	for _, d := range c.drivers {
		if d.Name == name {
			return d, true
		}
	}
	return Driver{}, false
}

// Names lists the components of a kind; it serves package spec.
func (c *Catalog) Names(kind string) []string {
	var names []string
	switch kind {
	case driverKind:
		for _, d := range c.drivers {
			names = append(names, d.Name)
		}
	case serverKind:
		for _, s := range c.servers {
			names = append(names, s.Name)
		}
	default:
		for _, s := range c.sinks {
			names = append(names, s.Name)
		}
	}
	return names
}

// Options finds the spec of a component's keys; it serves package spec.
func (c *Catalog) Options(kind, name, part string) *spec.Spec {
	return c.options[optionsKey{kind, name, part}]
}

var _ spec.Components = (*Catalog)(nil)
