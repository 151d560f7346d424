package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Table is rows that queries join with by key: those of a file, or the newest ones of a stream.
type Table struct {
	Origin  Origin
	Name    string        `yaml:"name" required:"true" match:"name" doc:"The table's name; rules read it with JOIN." example:"limits"`
	File    string        `yaml:"file" max:"4096" doc:"The file that holds the rows: .csv with a first line that names the columns, or .json, .jsonl or .ndjson with an object for each row." example:"/etc/holdfast/limits.csv"`
	Newest  string        `yaml:"newest" max:"512" doc:"What the newest rows are kept of: a device with one group, a group as device.group, a stream, or another rule." example:"boiler"`
	Key     []string      `yaml:"key" single:"true" min:"1" doc:"The columns that a row is known by. Of newest, the newest row for each of their values is kept, and JOIN compares each of them with =. In a file every row must have them, and no two rows the same; without it a file may have any rows." example:"[machine]"`
	Reread  time.Duration `yaml:"reread" default:"5s" min:"10ms" max:"1d" doc:"How often the node looks whether the file is another. One that cannot be read leaves the rows as they were, and is told as an event."`
	MaxKeys int           `yaml:"max_keys" default:"10000" min:"1" max:"1000000" advanced:"true" doc:"How many keys newest keeps. For one more, the key that has had no row for longest is forgotten."`
}

// tableFiles are the endings of the files that a table is read from.
var tableFiles = [...]string{".csv", ".json", ".jsonl", ".ndjson"}

// Check wants a file or a stream, and what belongs to it.
func (t *Table) Check(report Report) {
	switch {
	case t.File == "" && t.Newest == "":
		report("", &Problem{What: "this table has no rows", Fix: "add file: PATH, or newest: with the name of a device or stream"})
	case t.File != "" && t.Newest != "":
		report("newest", &Problem{What: "a table is of a file or of the newest rows", Fix: "make two tables of it"})
	case t.File != "" && !slices.Contains(tableFiles[:], filepath.Ext(t.File)):
		report("file", &Problem{What: fmt.Sprintf("%.60q is neither CSV nor JSON by its name", t.File), Fix: "end it with .csv, .json, .jsonl or .ndjson"})
	case t.Newest != "" && len(t.Key) == 0:
		report("newest", &Problem{What: "the newest rows are of a key", Fix: "add key: with the columns that a row is known by"})
	}
	for i, column := range t.Key {
		if column == "" || slices.Contains(t.Key[:i], column) {
			report(fmt.Sprintf("key[%d]", i), &Problem{What: "a key names each column once", Fix: "remove it"})
		}
	}
}
