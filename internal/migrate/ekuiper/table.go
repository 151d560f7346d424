package ekuiper

import (
	"fmt"
	"path"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// table writes a table.
func (m *migration) table(d definition) {
	c := m.read(d, "file")
	if c == nil {
		return
	}
	var made bool
	kind := strings.ToLower(c.Text("KIND"))
	switch c.kind {
	case "file":
		made = m.fileTable(c)
	case "memory":
		if kind == "lookup" {
			made = m.newest(c)
		} else {
			made = m.last(c, m.memory)
		}
	case "mqtt":
		made = m.last(c, func(rows *created) bool { return m.mqttStream(rows, d.name) })
	default:
		m.report.LeftOut(c.Place("TYPE"), fmt.Sprintf("a table of %s, which is asked over the network, has no equivalent: export it to a file, or keep the newest rows of a stream", c.kind))
	}
	if !made {
		return
	}
	if c.columns > 0 {
		m.report.Moot(c.Under("columns"), "columns are not declared: rules read those that they name")
	}
	if kind != "" && kind != "scan" && kind != "lookup" {
		m.report.LeftOut(c.Place("KIND"), "a table is scan or lookup")
	}
	c.Ask("FORMAT", "SHARED", "CONF_KEY", "STRICT_VALIDATION", "TIMESTAMP", "TIMESTAMP_FORMAT", "KEY", "RETAIN_SIZE", "DELIMITER")
	c.Rest(migrate.Unknown)
	m.report.Taken(c.Origin)
}

// fileTable writes a table of a file, which goes where tables are.
func (m *migration) fileTable(c *created) bool {
	conf := m.sourceOf(c, "file")
	kind := strings.ToLower(conf.Text("fileType"))
	if kind == "" {
		kind = "json"
	}
	ending, ok := map[string]string{"json": ".json", "lines": ".jsonl", "csv": ".csv"}[kind]
	delimiter := c.Text("DELIMITER")
	switch {
	case !ok:
		m.report.LeftOut(conf.place("fileType"), fmt.Sprintf("a file of %s has no equivalent", kind))
		return false
	case kind == "csv" && (delimiter != "" && delimiter != "," || !conf.Flag("hasHeader", false)):
		m.report.Hand(c.Origin, "the file has to be divided by commas, with the names of the columns in its first line")
	}
	base := strings.TrimSuffix(path.Base(c.source), path.Ext(c.source))
	there := path.Join(conf.Text("path"), c.source)
	here := path.Join(m.Tables, migrate.Name(base)+ending)
	if path.IsAbs(there) && strings.HasSuffix(there, ending) {
		here = there
	}
	node := migrate.Map(&c.Origin).Text("name", c.name).Text("file", here)
	if key := c.Text("KEY"); key != "" {
		node.Text("key", key)
	}
	if every := conf.Int("interval", 0); every > 0 {
		m.report.Moot(conf.place("interval"), "the file is looked at every 5 s, and read when it is another: reread")
	}
	conf.Flag("hasHeader", false)
	conf.rest(fileReason)
	m.add("tables", node)
	m.report.Hand(c.Place("DATASOURCE"), fmt.Sprintf("put the file %s of eKuiper at %s; holdfast check wants it there", there, here))
	return true
}

func fileReason(key string) (reason string, moot bool) {
	switch key {
	case "sendInterval", "parallel", "actionAfterRead", "moveTo", "interval":
		return "the file stays, and is read as a whole", true
	case "columns", "ignoreStartLines", "ignoreEndLines", "decompression":
		return "the file is read as it is, by the names in its first line", false
	}
	return "", false
}

// last writes a table of the last rows of a stream, which fill makes beside it.
func (m *migration) last(c *created, fill func(*created) bool) bool {
	if format := strings.ToLower(c.Text("FORMAT")); c.kind == "mqtt" && format != "" && format != "json" {
		m.report.LeftOut(c.Place("FORMAT"), fmt.Sprintf("messages are JSON here, these are %s", format))
		return false
	}
	rows := *c
	rows.name = m.names.Give(c.name + "_rows")
	if !fill(&rows) {
		return false
	}
	node := migrate.Map(&c.Origin).Text("name", c.name).Text("append", rows.name).Int("max_rows", max(c.Int("RETAIN_SIZE", 1), 1))
	m.add("tables", node)
	m.report.Changed(c.Place("TYPE"), "a table of "+c.kind+" "+c.source, "the table "+c.name+" of the last rows of "+rows.name, "a table is filled by a stream or a rule")
	return true
}

// newest writes a table of the newest rows that a rule has written to a topic of memory.
func (m *migration) newest(c *created) bool {
	feeds, key := m.writers(c.source), c.Text("KEY")
	switch {
	case key == "":
		m.report.LeftOut(c.Origin, "a table of newest rows needs the key that they are known by")
		return false
	case len(feeds) != 1:
		m.report.LeftOut(c.Place("DATASOURCE"), fmt.Sprintf("%d rules write to the topic %s in memory, a table has one", len(feeds), c.source))
		return false
	case feeds[0].keyed:
		m.report.Hand(c.Origin, "rows replace each other by the key; one that says delete does not take a row away: have WHERE leave it out")
	}
	m.add("tables", migrate.Map(&c.Origin).Text("name", c.name).Text("newest", feeds[0].rule).Text("key", key))
	return true
}
