package node

import (
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/trial"
)

// TryHere runs a query over pasted rows without a node: it knows no functions but
// those of the language, and of streams and tables the rows that it is given.
func TryHere(t console.Trial) (console.Tried, error) {
	query, err := compileHere(&t)
	if err != nil {
		return console.Tried{}, err
	}
	inputs, _ := pasted(query, &t)
	options := streamsql.Options{Rule: "trial", EventTime: t.EventTime, Lateness: t.Lateness}
	return tryPasted(query, options, inputs, trial.Bounds{Rows: t.Limit, Duration: t.During})
}

// compileHere takes what the query reads for streams. Where it cannot be one, what
// is joined is a table.
func compileHere(t *console.Trial) (*streamsql.Query, error) {
	c := streamsql.Compiler{EKuiper: t.Dialect == console.EKuiper, Catalog: anything{}}
	query, _, err := c.CompileStatement(t.SQL)
	if err == nil {
		return query, nil
	}
	tables := streamsql.Sources{}
	for name := range t.Rows {
		if name != "" {
			tables[name] = streamsql.Source{Kind: streamsql.LookupSource, Whole: true}
		}
	}
	for stream := range tables {
		c.Catalog = anything{but: tables, stream: stream}
		if query, _, tried := c.CompileStatement(t.SQL); tried == nil {
			return query, nil
		}
	}
	return nil, err
}

// anything is a catalog in which every name is a stream, but for some.
type anything struct {
	but    streamsql.Sources
	stream string // which of them is one all the same
}

var _ streamsql.Catalog = anything{}

// Source implements streamsql.Catalog.
func (a anything) Source(name string) (streamsql.Source, bool) {
	if source, ok := a.but[name]; ok && name != a.stream {
		return source, true
	}
	return streamsql.Source{Kind: streamsql.StreamSource}, true
}

// Names implements streamsql.Catalog: there is nothing to suggest.
func (a anything) Names() []string { return nil }
