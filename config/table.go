package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Table is rows that a query joins with: those of a file, the newest ones of a stream, or its last ones.
type Table struct {
	Origin     Origin
	Name       string        `yaml:"name" required:"true" match:"name" doc:"The table's name; rules read it with JOIN." example:"limits"`
	File       string        `yaml:"file" max:"4096" doc:"The file that holds the rows: .csv with a first line that names the columns, or .json, .jsonl or .ndjson with an object for each row." example:"/etc/holdfast/limits.csv"`
	Newest     string        `yaml:"newest" max:"512" doc:"What the newest rows are kept of: a device, a group as device.group, a stream, or another rule. Of a device with several groups a row holds the tags of all of them, as last seen." example:"boiler"`
	Append     string        `yaml:"append" max:"512" doc:"What fills the table: each row that comes from this device, group, stream or rule is put behind the others, and any condition joins them." example:"shifts"`
	Key        []string      `yaml:"key" single:"true" min:"1" doc:"The columns that a row is known by. Of newest, the newest row for each of their values is kept, and JOIN compares each of them with =. In a file every row must have them, and no two rows the same; without it a file may have any rows. Appended rows have none." example:"[machine]"`
	Reread     time.Duration `yaml:"reread" default:"5s" min:"10ms" max:"1d" doc:"How often the node looks whether the file is another. One that cannot be read leaves the rows as they were, and is told as an event."`
	MaxKeys    int           `yaml:"max_keys" default:"10000" min:"1" max:"1000000" advanced:"true" doc:"How many keys newest keeps. For one more, the key that has had no row for longest is forgotten."`
	MaxRows    int           `yaml:"max_rows" default:"1000" min:"1" max:"100000" doc:"How many rows append keeps, and at most 16 MiB of values. For one more, the oldest goes, and is counted."`
	MaxAge     time.Duration `yaml:"max_age" default:"0" min:"0" max:"365d" doc:"How long append keeps a row since it came. 0: until max_rows others have come." example:"8h"`
	Checkpoint time.Duration `yaml:"checkpoint" default:"1m" min:"0" max:"1h" advanced:"true" doc:"How often the rows of append are kept on the disk while rows come; they are too when the node is stopped. 0: only then. What came since the last time is missed after a crash."`
}

// tableFiles are the endings of the files that a table is read from.
var tableFiles = [...]string{".csv", ".json", ".jsonl", ".ndjson"}

// Check wants a file or a stream, and what belongs to it.
func (t *Table) Check(report Report) {
	t.checkRows(report)
	switch {
	case t.File != "" && !slices.Contains(tableFiles[:], filepath.Ext(t.File)):
		report("file", &Problem{What: fmt.Sprintf("%.60q is neither CSV nor JSON by its name", t.File), Fix: "end it with .csv, .json, .jsonl or .ndjson"})
	case t.Newest != "" && len(t.Key) == 0:
		report("newest", &Problem{What: "the newest rows are of a key", Fix: "add key: with the columns that a row is known by"})
	case t.Append != "" && len(t.Key) > 0:
		report("key", &Problem{What: "appended rows have no key: several may have the same values", Fix: "remove it, or use newest: for one row for each key"})
	}
	for i, column := range t.Key {
		if column == "" || slices.Contains(t.Key[:i], column) {
			report(fmt.Sprintf("key[%d]", i), &Problem{What: "a key names each column once", Fix: "remove it"})
		}
	}
}

// checkRows wants the rows to come from one place.
func (t *Table) checkRows(report Report) {
	first := ""
	for _, from := range []struct{ key, value string }{{"file", t.File}, {"newest", t.Newest}, {"append", t.Append}} {
		switch {
		case from.value == "":
		case first == "":
			first = from.key
		default:
			report(from.key, &Problem{What: fmt.Sprintf("a table has its rows from one place, and this one has %s already", first), Fix: "make two tables of it"})
		}
	}
	if first == "" {
		report("", &Problem{What: "this table has no rows", Fix: "add file: PATH, or newest: or append: with the name of a device, stream or rule"})
	}
}

// Source returns what the rows come from while the node runs, empty for a file.
func (t *Table) Source() string { return cmp.Or(t.Newest, t.Append) }
