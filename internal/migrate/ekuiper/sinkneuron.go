package ekuiper

import (
	"errors"
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// neuronSink writes to a device.
func (m *migration) neuronSink(s *sending) (*migrate.Node, error) {
	p := s.props
	node, group := p.Text("nodeName"), p.Text("groupName")
	tags := p.Texts("tags")
	switch {
	case p.Flag("raw", false) || s.custom:
		return nil, errors.New("a write is a row whose columns are tags, and not a text")
	case strings.Contains(node+group, "{{"):
		return nil, errors.New("a device that a row names has no equivalent: make a rule for each")
	case m.Site == nil:
		return nil, errors.New("import the devices of Neuron into the directory first, and this export with --out DIRECTORY then")
	}
	for i := range m.Site.Devices {
		d := &m.Site.Devices[i]
		if !isOf(d.Name, migrate.Name(node)) {
			continue
		}
		has := true
		for _, t := range tags {
			has = has && d.Tag(migrate.Name(t)) != nil
		}
		if has {
			m.report.Changed(s.at, "neuron "+node, "write: "+d.Name, "written at every row, as there; trigger: edge or change writes less")
			return m.direct(s, migrate.Map(nil).Text("write", d.Name).Text("trigger", "always")), nil
		}
	}
	return nil, fmt.Errorf("the configuration has no device %s with the tags that are written", migrate.Name(node))
}

// isOf tells whether a device is that of a node, or of one of its units.
func isOf(device, node string) bool {
	unit, ok := strings.CutPrefix(device, node+"_")
	return device == node || ok && strings.Trim(unit, "0123456789") == ""
}
