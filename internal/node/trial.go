package node

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/trial"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// ExplainRule returns the plan of a rule.
func (n *Node) ExplainRule(name string) (console.Plan, bool) {
	for _, c := range n.plan().rules {
		if c.Name == name {
			return n.plan().explain(c.Query, c.EventTime), true
		}
	}
	return console.Plan{}, false
}

// Explain returns the plan of a query that is no rule.
func (n *Node) Explain(q console.Question) (console.Plan, error) {
	query, err := n.compile(q)
	if err != nil {
		return console.Plan{}, err
	}
	return n.plan().explain(query, q.EventTime), nil
}

// compile compiles a query, or one behind EXPLAIN, for somebody who asks.
func (n *Node) compile(q console.Question) (*streamsql.Query, error) {
	return n.plan().compile(q, n.plan().compiler)
}

// compile compiles what somebody asks with a compiler made of the plan's, and with
// the functions of modules whose files have come since, or are away still.
func (p *plan) compile(q console.Question, c streamsql.Compiler) (*streamsql.Query, error) {
	c.EKuiper = q.Dialect == console.EKuiper
	c.Functions, _ = p.known()
	return withStandIns(c, p.away, func(c streamsql.Compiler) (*streamsql.Query, error) {
		query, _, err := c.CompileStatement(q.SQL)
		return query, err
	})
}

// explain is how a query is carried out at the node.
func (p *plan) explain(q *streamsql.Query, eventTime bool) console.Plan {
	shown := console.Plan{Plan: q.Explain(eventTime), Reads: []string{}, Functions: q.UserFunctions()}
	for _, use := range q.Sources() {
		shown.Reads = append(shown.Reads, use.Name)
	}
	for _, asked := range q.Lookups() {
		for _, t := range p.tables {
			if c := t.config; c.Name == asked.Table {
				shown.Tables = append(shown.Tables, console.PlanTable{Name: c.Name, Of: kindOf(c), Source: cmp.Or(c.File, c.Source()), By: asked.By})
			}
		}
	}
	return shown
}

// Try runs a query for somebody who wants to see what it does: over pasted rows,
// or over live ones, with the tables of the node, or pasted ones in their place.
func (n *Node) Try(ctx context.Context, t console.Trial) (console.Tried, error) {
	query, err := n.compileTrial(&t)
	if err != nil {
		return console.Tried{}, err
	}
	options := streamsql.Options{Rule: "trial", Stream: tag.NewStreamID(n.site().Name, "trial"), EventTime: t.EventTime, Lateness: t.Lateness, Tables: n.plan().lookups}
	bounds := trial.Bounds{Rows: t.Limit, Duration: t.During}
	inputs, live := pasted(query, &t)
	if !live {
		return tryPasted(query, options, inputs, bounds)
	}
	if options.Tables, err = trial.Tables(query, options.Tables, time.Now().UnixNano(), inputs); err != nil {
		return console.Tried{}, err
	}
	var feeds []broker.Input
	for _, use := range query.Sources() {
		feeds = append(feeds, n.plan().inputs[use.Name])
	}
	result, err := rule.Try(ctx, time.Now, n.bus, query, feeds, options, bounds)
	if err != nil {
		return console.Tried{}, err
	}
	shown := tried(result)
	shown.Unread = n.unread(query)
	return shown, nil
}

// compileTrial compiles the query of a trial. Rows that are pasted under a name
// that the site does not have are a table, which is still to be configured.
func (n *Node) compileTrial(t *console.Trial) (*streamsql.Query, error) {
	c := n.plan().compiler
	sources := maps.Clone(n.plan().sources)
	for name := range t.Rows {
		if _, known := sources[name]; !known && name != "" {
			sources[name] = streamsql.Source{Kind: streamsql.LookupSource, Whole: true}
		}
	}
	c.Catalog = sources
	return n.plan().compile(t.Question, c)
}

// pasted lists the rows of a trial by what the query reads. live says that there
// are none of a stream: those come from the plant.
func pasted(q *streamsql.Query, t *console.Trial) (inputs []trial.Input, live bool) {
	var streams []string
	for _, use := range q.Sources() {
		if use.Kind != streamsql.LookupSource {
			streams = append(streams, use.Name)
		}
	}
	live = true
	for source, text := range t.Rows {
		if source == "" && len(streams) == 1 {
			source = streams[0]
		}
		inputs = append(inputs, trial.Input{Source: source, Rows: text, Time: timeIn(q, source, t.Time)})
		live = live && slices.ContainsFunc(q.Sources(), func(use streamsql.Use) bool {
			return use.Name == source && use.Kind == streamsql.LookupSource
		})
	}
	return inputs, live
}

// timeIn is the field with the time of a source's rows; those of a table have none.
func timeIn(q *streamsql.Query, source, field string) string {
	for _, use := range q.Sources() {
		if use.Name == source && use.Kind == streamsql.LookupSource {
			return ""
		}
	}
	return field
}

// tryPasted runs a query over rows that somebody has pasted.
func tryPasted(q *streamsql.Query, o streamsql.Options, inputs []trial.Input, b trial.Bounds) (shown console.Tried, err error) {
	var result trial.Result
	panicked := supervisor.Guard(func() { result, err = trial.Pasted(q, o, time.Now().UnixNano(), inputs, b) })
	if panicked != nil {
		err = panicked
	}
	if err != nil {
		return shown, err
	}
	shown = tried(result)
	for _, in := range inputs {
		shown.Absent = append(shown.Absent, in.Absent(q)...)
	}
	slices.Sort(shown.Absent)
	return shown, nil
}

// unread lists the columns of streams of messages that no rule reads, so that
// they are not decoded, and the trial has not seen them.
func (n *Node) unread(q *streamsql.Query) (names []string) {
	for _, use := range q.Sources() {
		for _, c := range n.plan().streams {
			if c.Stream.Name != use.Name || c.wanted.All {
				continue
			}
			if use.All {
				names = append(names, use.Name+".*")
			}
			for _, column := range use.Columns {
				if !slices.Contains(c.wanted.Names, column) {
					names = append(names, use.Name+"."+column)
				}
			}
		}
	}
	return names
}

// tried is a trial as people see it.
func tried(r trial.Result) console.Tried {
	shown := console.Tried{
		Plan: r.Plan, Ended: string(r.Ended), RowsIn: r.Stats.RowsIn, RowsOut: r.Stats.RowsOut, Failed: r.Stats.Failed,
		Late: r.Stats.Late, Rows: []console.TriedRow{}, Failures: []console.FailedRow{},
	}
	for _, e := range r.Emissions {
		for i := range e.Rows.Len() {
			shown.Rows = append(shown.Rows, console.TriedRow{
				At: time.Unix(0, e.At).UTC(), Time: time.Unix(0, e.Rows.Time(i)).UTC(), Row: tag.AppendRowJSON(nil, e.Rows, i),
			})
		}
	}
	for i := range r.Failures {
		shown.Failures = append(shown.Failures, failedRow(&r.Failures[i]))
	}
	return shown
}

// failedRow is a row that failed as people see it.
func failedRow(f *streamsql.Failure) console.FailedRow {
	shown := console.FailedRow{At: time.Unix(0, f.At).UTC(), Error: fmt.Sprint(f.Err)}
	if f.Row != nil && f.Row.Len() > 0 {
		shown.Row = cutJSON(tag.AppendRowJSON(nil, f.Row, 0))
	}
	return shown
}

// longestSample bounds what is shown of a row that failed.
const longestSample = 8 << 10

// cutJSON returns a row, or what it begins with as a text where it is long.
func cutJSON(row []byte) json.RawMessage {
	if len(row) <= longestSample {
		return row
	}
	return tag.AppendJSONString(nil, string(row[:longestSample])+"…")
}
