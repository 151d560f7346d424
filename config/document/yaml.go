package document

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// readYAML reads one YAML 1.2 document.
func readYAML(file string, data []byte) (*Node, Errors) {
	if err := checkBlank(file, data); err != nil {
		return nil, Errors{err}
	}
	tokens := lexer.Tokenize(string(data))
	if err := checkTokens(file, tokens); err != nil {
		return nil, Errors{err}
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Errors{syntaxError(file, data, err)}
	}
	r := yamlReader{builder: builder{file: file}, anchors: map[string]weighed{}}
	root := r.document(tree)
	if r.limited {
		return nil, r.errs
	}
	return root, r.errs
}

// placeOf reads a token's position.
func placeOf(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Place{Line: 1, Column: 1}
	}
	return Place{Line: max(t.Position.Line, 1), Column: max(t.Position.Column, 1)}
}

// weighed is a node with the number of values it stands for, and how deep they are nested, once every alias is
// written out.
type weighed struct {
	node          *Node
	weight, depth int
}

type yamlReader struct {
	builder
	anchors map[string]weighed
	limited bool // a limit was passed and reported
}

// document reads the only document of a file.
func (r *yamlReader) document(tree *ast.File) *Node {
	root := &Node{Kind: Mapping, Place: Place{Line: 1, Column: 1}}
	read := false
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case read:
			r.report(placeOf(doc.Body.GetToken()), "a second document begins here", "write one document a file")
			return root
		default:
			root, read = r.value(doc.Body).node, true
		}
	}
	return root
}

// value reads any node.
func (r *yamlReader) value(n ast.Node) weighed {
	at := placeOf(n.GetToken())
	switch n := n.(type) {
	case *ast.MappingNode:
		return r.mapping(n.Values, begin(n))
	case *ast.MappingValueNode:
		return r.mapping([]*ast.MappingValueNode{n}, placeOf(n.Key.GetToken()))
	case *ast.SequenceNode:
		return r.list(n)
	case *ast.AnchorNode:
		return r.anchor(n)
	case *ast.AliasNode:
		return r.alias(n)
	case *ast.TagNode:
		r.report(at, fmt.Sprintf("tags such as %s are not read", quote(n.Start.Value)), "remove it")
		if n.Value != nil {
			return r.value(n.Value)
		}
		return r.leaf(Null, "", at)
	default:
		return r.scalar(n, at)
	}
}

// scalar reads a leaf; a node of a kind that has no place in a configuration is reported.
func (r *yamlReader) scalar(n ast.Node, at Place) weighed {
	switch n := n.(type) {
	case *ast.NullNode:
		return r.leaf(Null, "", at)
	case *ast.BoolNode:
		return r.leaf(Bool, n.Token.Value, at)
	case *ast.IntegerNode:
		return r.leaf(Number, n.Token.Value, at)
	case *ast.FloatNode:
		return r.leaf(Number, n.Token.Value, at)
	case *ast.InfinityNode, *ast.NanNode:
		return r.leaf(Number, n.GetToken().Value, at)
	case *ast.StringNode:
		return r.leaf(kindOf(n), n.Value, at)
	case *ast.LiteralNode:
		return r.leaf(Text, n.Value.Value, at)
	default:
		r.report(at, "this has no meaning here", "write a value")
		return r.leaf(Null, "", at)
	}
}

// kindOf takes a plain scalar that reads as a number, but one too large for the parser, for the number it is.
func kindOf(n *ast.StringNode) Kind {
	if n.Token.Type != token.StringType || strings.Trim(n.Value, "0123456789+-.eE") != "" {
		return Text
	}
	if _, err := strconv.ParseFloat(n.Value, 64); err != nil && !errors.Is(err, strconv.ErrRange) {
		return Text
	}
	return Number
}

func (r *yamlReader) leaf(kind Kind, text string, at Place) weighed {
	return weighed{&Node{Kind: kind, Text: r.word(text), Place: at}, 1, 0}
}

// list reads a sequence.
func (r *yamlReader) list(n *ast.SequenceNode) weighed {
	list := weighed{ListOf(placeOf(n.Start)), 1, 1}
	for _, item := range n.Values {
		value := r.value(item)
		list.node.list.items = append(list.node.list.items, value.node)
		r.weigh(&list, value)
	}
	return list
}

// begin is where a mapping begins: at its brace or, in block style, at its first key.
func begin(n *ast.MappingNode) Place {
	if !n.IsFlowStyle && len(n.Values) > 0 {
		return placeOf(n.Values[0].Key.GetToken())
	}
	return placeOf(n.Start)
}

// mapping reads the entries of a mapping, then what it merges: a key of its own wins over one merged.
func (r *yamlReader) mapping(values []*ast.MappingValueNode, at Place) weighed {
	m := weighed{&Node{Kind: Mapping, Place: at}, 1, 1}
	var seen keys
	var merged []weighed
	for _, v := range values {
		if _, merge := v.Key.(*ast.MergeKeyNode); merge {
			merged = append(merged, r.value(v.Value))
			continue
		}
		value := r.value(v.Value)
		r.weigh(&m, value)
		if key, ok := r.key(v.Key); ok {
			r.add(m.node, &seen, Entry{Key: key, Place: placeOf(v.Key.GetToken()), Value: value.node})
		}
	}
	for _, from := range merged {
		r.merge(m.node, &seen, from.node)
		r.weigh(&m, from)
	}
	return m
}

// key reads a key as text; a key that is a list, a mapping or an alias is reported.
func (r *yamlReader) key(n ast.MapKeyNode) (string, bool) {
	switch k := n.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return n.GetToken().Value, true
	default:
		r.report(placeOf(n.GetToken()), "this key is not a word", "write a plain word before the colon")
		return "", false
	}
}

// merge adds the entries of from, or of each mapping that it lists, that n has not.
func (r *yamlReader) merge(n *Node, seen *keys, from *Node) {
	switch from.Kind {
	case Mapping:
		for _, e := range from.Entries {
			if _, own := seen.first(n, e.Key); !own {
				r.add(n, seen, e)
			}
		}
	case List:
		for _, item := range from.Items() {
			r.merge(n, seen, item)
		}
	default:
		r.report(from.Place, "<< merges mappings, this is "+from.Kind.String(), "name the anchor of a mapping")
	}
}

// anchor reads the value and keeps it for the aliases that follow.
func (r *yamlReader) anchor(n *ast.AnchorNode) weighed {
	value := r.value(n.Value)
	r.anchors[n.Name.GetToken().Value] = value
	return value
}

// alias finds the value of an anchor that stands before it; an anchor that is still open is not yet one, so no
// document contains itself.
func (r *yamlReader) alias(n *ast.AliasNode) weighed {
	name, at := n.Value.GetToken().Value, placeOf(n.Start)
	value, ok := r.anchors[name]
	if !ok {
		r.report(at, "no anchor &"+name+" stands before this alias", "declare it above, or write the value")
		return r.leaf(Null, "", at)
	}
	return value
}

// weigh adds a part to its whole and reports, once, a document that is too heavy or too deep.
func (r *yamlReader) weigh(whole *weighed, part weighed) {
	whole.weight = min(whole.weight+part.weight, MaxNodes+1)
	whole.depth = min(max(whole.depth, part.depth+1), MaxDepth+1)
	switch {
	case r.limited:
	case whole.weight > MaxNodes:
		r.limited = true
		r.errs = append(r.errs, tooHeavy(r.file, part.node.Place))
	case whole.depth > MaxDepth:
		r.limited = true
		r.errs = append(r.errs, tooDeep(r.file, part.node.Place))
	}
}
