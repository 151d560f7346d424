package node

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/tag"
)

// interlock is the condition under which a site may be changed, compiled over one
// row of the tags that it names. A nil interlock is always open.
type interlock struct {
	text   string
	query  *streamsql.Query
	schema *tag.Schema
	tags   [][2]string // device and tag, by slot
}

// newInterlock compiles the condition of a site, nil where it has none. The error
// is for its author.
func newInterlock(site *config.Site) (*interlock, error) {
	l := &interlock{text: site.Changes.Interlock}
	if l.text == "" {
		return nil, nil
	}
	condition, err := parse.Expr(l.text, ast.Standard)
	if err != nil {
		return nil, err
	}
	ast.Walk(condition, func(n ast.Node) bool {
		if c, ok := n.(*ast.Column); ok && err == nil {
			err = l.name(site, c)
		}
		return err == nil
	})
	if err == nil {
		err = l.compile(site, condition)
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// name makes a column of what the condition calls DEVICE.TAG.
func (l *interlock) name(site *config.Site, c *ast.Column) error {
	if len(c.Path) != 2 {
		return &parse.Error{Pos: c.Pos, Message: "an interlock names values as DEVICE.TAG"}
	}
	of := [2]string{c.Path[0].Text, c.Path[1].Text}
	d := site.Device(of[0])
	if d == nil {
		var names []string
		for _, d := range site.Devices {
			names = append(names, d.Name)
		}
		return &parse.Error{Pos: c.Pos, Message: fmt.Sprintf("there is no device %q", of[0]), Hint: config.DidYouMean(of[0], names)}
	}
	if names := tagNames(d); !slices.Contains(names, of[1]) {
		return &parse.Error{Pos: c.Pos, Message: fmt.Sprintf("device %s has no tag %q", of[0], of[1]), Hint: config.DidYouMean(of[1], names)}
	}
	if !slices.Contains(l.tags, of) {
		l.tags = append(l.tags, of)
	}
	c.Path = []ast.Name{{Pos: c.Pos, Text: of[0] + "." + of[1], Quoted: true}}
	return nil
}

func tagNames(d *config.Device) (names []string) {
	for _, g := range d.Groups {
		for _, t := range g.Tags {
			names = append(names, t.Name)
		}
	}
	return names
}

func (l *interlock) compile(site *config.Site, condition ast.Expr) (err error) {
	const stream = "plant"
	var fields []tag.Field
	for _, of := range l.tags {
		fields = append(fields, tag.Field{Name: of[0] + "." + of[1]})
	}
	if l.schema, err = tag.NewSchema(tag.NewStreamID(site.Name, stream), stream, fields...); err != nil {
		return err
	}
	text := "SELECT 1 AS permitted FROM " + stream + " WHERE " + ast.Parenthesized(condition)
	l.query, err = streamsql.Compile(text, streamsql.Sources{stream: {Schema: l.schema}})
	return err
}

// open reports whether the condition is true of the values as they are. One that
// is Bad is NULL, so that what cannot be seen permits nothing.
func (l *interlock) open(sample func(device, name string) (tag.Sample, bool), now time.Time) (open bool, err error) {
	row := tag.NewBuilder(l.schema, 1)
	values := row.Row(now.UnixNano())
	for slot, of := range l.tags {
		s, _ := sample(of[0], of[1])
		values[slot] = s.Value
	}
	query := l.query.New(streamsql.Options{
		Rule: "interlock", Stream: l.schema.Stream(), Start: now.UnixNano(),
		Failed: func(f streamsql.Failure) { err = f.Err },
	})
	query.Push(now.UnixNano(), 0, row.Batch(), func(*tag.Batch) { open = true })
	return open, err
}

// Interlock reports whether the plant permits a change of the configuration now.
func (n *Node) Interlock() (open bool, why string) {
	l := n.plan().interlock
	if l == nil {
		return true, ""
	}
	open, err := l.open(n.Sample, time.Now())
	switch {
	case err != nil:
		return false, fmt.Sprintf("%s: %v", l.text, err)
	case !open:
		return false, l.text + " is not true"
	}
	return true, ""
}
