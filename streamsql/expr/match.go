package expr

import (
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// like compiles LIKE, GLOB and REGEXP.
func (c *Compiler) like(e *ast.Like) (*Node, error) {
	nodes, err := c.all(e.X, e.Pattern)
	if err != nil {
		return nil, err
	}
	x, pattern := nodes[0], nodes[1]
	var n *Node
	switch e.Op {
	case ast.OpLike:
		n, err = c.likeOf(e, x, pattern)
	case ast.OpGlob:
		n = matching(x, pattern, value.Glob)
	default:
		n, err = regexpOf(e, x, pattern)
	}
	if err != nil {
		return nil, err
	}
	if e.Not {
		return not(n), nil
	}
	return n, nil
}

// likeOf compiles LIKE with its ESCAPE, which is one character and mostly
// constant. A strict LIKE tells the cases of letters apart and wants text.
func (c *Compiler) likeOf(e *ast.Like, x, pattern *Node) (*Node, error) {
	like := value.Like
	if c.Dialect.Strict {
		like = value.LikeCase
	}
	n := matching(x, pattern, func(p, text string) bool { return like(p, text, 0) })
	if e.Escape != nil {
		escape, err := c.Compile(e.Escape)
		if err != nil {
			return nil, err
		}
		n = escaped(e, like, x, pattern, escape)
	}
	if c.Dialect.Strict {
		return strictText(e.Pos, n, x, pattern), nil
	}
	return n, nil
}

// escaped returns the test of LIKE … ESCAPE.
func escaped(e *ast.Like, like func(pattern, text string, escape rune) bool, x, pattern, escape *Node) *Node {
	if r, ok := escapeOf(escape.Value); escape.Const && ok {
		return matching(x, pattern, func(p, text string) bool { return like(p, text, r) })
	}
	eval, of, by := x.Eval, pattern.Eval, escape.Eval
	n := testNode(costText+cost(x, pattern, escape), func(f *Frame) value.Truth {
		v, p, character := eval(f), of(f), by(f)
		r, ok := escapeOf(character)
		switch {
		case isBlob(v) || isBlob(p):
			return value.False
		case character.IsNull() || ok && (v.IsNull() || p.IsNull()):
			return value.Unknown
		case !ok:
			f.Fail(&RowError{e.Pos, errors.New("ESCAPE wants a text of one character")})
			return value.Unknown
		}
		return value.Is(like(value.Text(p), value.Text(v), r))
	})
	n.Fails = true
	return fold(n, x, pattern, escape)
}

// escapeOf returns the one character of a value's text.
func escapeOf(v tag.Value) (rune, bool) {
	text := value.Text(v)
	r, size := utf8.DecodeRuneInString(text)
	return r, size > 0 && size == len(text)
}

func isBlob(v tag.Value) bool { return v.Kind() == tag.Bytes && !v.IsNull() }

// matching returns the test of a text against a pattern. A blob matches
// nothing.
func matching(x, pattern *Node, match func(pattern, text string) bool) *Node {
	eval, of := x.Eval, pattern.Eval
	return fold(testNode(costText+cost(x, pattern), func(f *Frame) value.Truth {
		v, p := eval(f), of(f)
		switch {
		case isBlob(v) || isBlob(p):
			return value.False
		case v.IsNull() || p.IsNull():
			return value.Unknown
		}
		return value.Is(match(value.Text(p), value.Text(v)))
	}), x, pattern)
}

// strictText fails where the value to be matched, or the pattern, is no text.
func strictText(at ast.Pos, n, x, pattern *Node) *Node {
	eval, of, test := x.Eval, pattern.Eval, n.Test
	checked := testNode(n.Cost, func(f *Frame) value.Truth {
		for _, v := range [...]tag.Value{eval(f), of(f)} {
			if !v.IsNull() && v.Kind() != tag.String {
				f.Fail(&RowError{at, fmt.Errorf("LIKE wants text, found %s", v.Kind())})
				return value.Unknown
			}
		}
		return test(f)
	})
	checked.Fails, checked.Varies = true, n.Varies
	return checked
}

// regexpOf compiles REGEXP. A constant pattern is compiled now.
func regexpOf(e *ast.Like, x, pattern *Node) (*Node, error) {
	if pattern.Const && !pattern.Value.IsNull() {
		compiled, err := regexp.Compile(value.Text(pattern.Value))
		if err != nil {
			return nil, Errorf(e.Pattern.At(), "pattern of REGEXP: %v", err)
		}
		return matching(x, pattern, func(_, text string) bool { return compiled.MatchString(text) }), nil
	}
	eval, of := x.Eval, pattern.Eval
	n := testNode(10*costText, func(f *Frame) value.Truth {
		v, p := eval(f), of(f)
		if v.IsNull() || p.IsNull() {
			return value.Unknown
		}
		compiled, err := regexp.Compile(value.Text(p))
		if err != nil {
			f.Fail(&RowError{e.Pos, err})
			return value.Unknown
		}
		return value.Is(compiled.MatchString(value.Text(v)))
	})
	n.Fails = true
	return fold(n, x, pattern), nil
}
