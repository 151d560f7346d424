package ekuiper

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"text/template/parse"
)

// translation is a template of Go's as one with placeholders.
type translation struct {
	text   []byte
	single bool // it is for one row, not for the array of them
	json   bool // values are put in as JSON

	inString  bool // within a text of JSON
	skipQuote bool // the next quote belonged to the field before it
	fields    []string
}

// translate writes a dataTemplate as a payload here. Fields are those that it puts in without saying how: a text among
// them has quotes here. What is more than placeholders is refused.
func translate(text string, single bool) (payload string, fields []string, err error) {
	t := &translation{single: single, json: true}
	if err := t.read(text); err != nil {
		return "", nil, err
	}
	return string(t.text), t.fields, nil
}

// translateName writes a template for a topic, a table, a tag: texts are put in as they are.
func translateName(text string) (string, error) {
	if !strings.Contains(text, "{{") {
		return escape(text), nil
	}
	t := &translation{single: true}
	if err := t.read(text); err != nil {
		return "", err
	}
	return string(t.text), nil
}

// escape doubles braces.
func escape(text string) string {
	return strings.NewReplacer("{", "{{", "}", "}}").Replace(text)
}

var errTooMuch = errors.New("the template does more than put fields in: write it as columns of the rule, or as template with {name}")

func (t *translation) read(text string) error {
	tree := parse.New("template")
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(text, "", "", map[string]*parse.Tree{}); err != nil {
		return fmt.Errorf("the template cannot be read: %w", err)
	}
	nodes := tree.Root.Nodes
	for i, n := range nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			t.literal(string(n.Text))
		case *parse.ActionNode:
			next := ""
			if i+1 < len(nodes) {
				if after, ok := nodes[i+1].(*parse.TextNode); ok {
					next = string(after.Text)
				}
			}
			if err := t.action(n.Pipe, next); err != nil {
				return err
			}
		case *parse.CommentNode:
		default:
			return errTooMuch
		}
	}
	return nil
}

// literal appends text, without the quote that a field before it has taken along.
func (t *translation) literal(text string) {
	if t.skipQuote {
		text, t.skipQuote = strings.TrimPrefix(text, `"`), false
	}
	for i := 0; i < len(text) && t.json; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			t.inString = !t.inString
		}
	}
	t.text = append(t.text, escape(text)...)
}

// action appends what {{…}} puts in.
func (t *translation) action(pipe *parse.PipeNode, next string) error {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) == 0 || len(pipe.Cmds) > 2 {
		return errTooMuch
	}
	asJSON := false
	args := pipe.Cmds[0].Args
	if len(pipe.Cmds) == 2 {
		if !isJSON(pipe.Cmds[1].Args[0]) || len(pipe.Cmds[1].Args) != 1 {
			return errTooMuch
		}
		asJSON = true
	} else if len(args) == 2 && isJSON(args[0]) {
		asJSON, args = true, args[1:]
	}
	name, ok := t.value(args)
	switch {
	case !ok, name == "" && !asJSON:
		return errTooMuch
	case name == "":
		if t.single || t.indexed(args) {
			t.text = append(t.text, "{row}"...)
		} else {
			t.text = append(t.text, "[{row}]"...)
		}
		return nil
	case strings.ContainsAny(name, "{}\n"):
		return errTooMuch
	}
	return t.field(name, asJSON, next)
}

// field appends the placeholder of a field.
func (t *translation) field(name string, asJSON bool, next string) error {
	switch {
	case !t.json:
	case asJSON && t.inString:
		return errTooMuch
	case asJSON:
	case t.inString && bytes.HasSuffix(t.text, []byte(`"`)) && strings.HasPrefix(next, `"`): // "{{.a}}": a text, quotes and all
		t.text, t.inString, t.skipQuote = t.text[:len(t.text)-1], false, true
		t.fields = append(t.fields, name)
	case t.inString:
		return fmt.Errorf("the field %s stands within a text: put the text together in the rule, with concat or ||", name)
	default:
		t.fields = append(t.fields, name)
	}
	t.text = append(t.text, "{"+name+"}"...)
	return nil
}

// value is what a command names: a field, or with an empty name the row or rows.
func (t *translation) value(args []parse.Node) (name string, ok bool) {
	if len(args) == 1 {
		return t.operand(args[0])
	}
	if t.single || len(args) < 3 || !isIndex(args) {
		return "", false
	}
	if len(args) == 3 {
		return "", true // index . 0
	}
	s, ok := args[3].(*parse.StringNode)
	if !ok || len(args) > 4 {
		return "", false
	}
	return s.Text, true // index . 0 "a"
}

func (t *translation) operand(n parse.Node) (name string, ok bool) {
	switch n := n.(type) {
	case *parse.DotNode:
		return "", true
	case *parse.FieldNode: // .a
		if t.single && len(n.Ident) == 1 {
			return n.Ident[0], true
		}
	case *parse.ChainNode: // (index . 0).a
		if p, is := n.Node.(*parse.PipeNode); is && !t.single && len(n.Field) == 1 && len(p.Cmds) == 1 && isIndex(p.Cmds[0].Args) && len(p.Cmds[0].Args) == 3 {
			return n.Field[0], true
		}
	case *parse.PipeNode: // (index . 0)
		if !t.single && len(n.Cmds) == 1 && len(n.Decl) == 0 {
			return t.value(n.Cmds[0].Args)
		}
	}
	return "", false
}

// indexed tells whether one of the rows is meant, not all.
func (t *translation) indexed(args []parse.Node) bool {
	if p, ok := args[0].(*parse.PipeNode); ok && len(p.Cmds) == 1 {
		args = p.Cmds[0].Args
	}
	return isIndex(args)
}

// isIndex tells of index . 0.
func isIndex(args []parse.Node) bool {
	if len(args) < 3 {
		return false
	}
	name, ok := args[0].(*parse.IdentifierNode)
	_, dot := args[1].(*parse.DotNode)
	number, is := args[2].(*parse.NumberNode)
	return ok && name.Ident == "index" && dot && is && number.Text == "0"
}

func isJSON(n parse.Node) bool {
	name, ok := n.(*parse.IdentifierNode)
	return ok && (name.Ident == "json" || name.Ident == "toJson")
}
