package ekuiper

import (
	"path"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// fileSink writes files.
func (m *migration) fileSink(s *sending) (*migrate.Node, error) {
	p := s.props
	if s.custom {
		return nil, errTemplate
	}
	there := p.Text("path")
	fixed, _, templated := strings.Cut(there, "{{")
	dir := path.Dir(fixed + "x")
	if !path.IsAbs(dir) {
		dir = path.Join("/var/lib/holdfast/export", dir)
	}
	body := migrate.Map(nil).Text("type", "file").Text("dir", dir)
	if strings.EqualFold(p.Text("fileType"), "csv") {
		body.Text("format", "csv")
	}
	p.Flag("hasHeader", true)
	age := milliseconds(firstOf(p, "rollingInterval"), "rollingInterval")
	if age > 0 {
		body.Duration("rotate_age", min(max(age, time.Second), 31*24*time.Hour))
	}
	for _, key := range []string{"checkInterval", "interval", "rollingNamePattern", "rollingCount", "rollingSize", "rollingHook", "rollingHookProps", "delimiter"} {
		if p.find(key) != nil {
			m.report.Moot(p.place(key), "files are completed by size and age, and named by the time: rotate_size, rotate_age")
		}
		for _, o := range p {
			o.Ask(key)
		}
	}
	if kind := p.Text("compression"); kind == "gzip" || kind == "zstd" {
		body.Text("compression", kind)
	} else if kind != "" {
		m.report.LeftOut(p.place("compression"), "files are compressed by gzip or zstd here")
	}
	m.selected(s, body)
	why := "a directory of files for each stream"
	if templated {
		why += "; the row does not name the file"
	}
	m.report.Changed(p.place("path"), there, path.Join(dir, s.rule.name), why)
	return m.sink(s, body), nil
}
