package jsonpath

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

func (p *parser) either() (condition, error) {
	return p.list("||", p.both, func(list []condition) condition { return either(list) })
}

func (p *parser) both() (condition, error) {
	return p.list("&&", p.basic, func(list []condition) condition { return both(list) })
}

// list reads conditions with an operator between them.
func (p *parser) list(op string, next func() (condition, error), join func([]condition) condition) (condition, error) {
	var list []condition
	for {
		c, err := next()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		if p.space(); !p.accept(op) {
			break
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return join(list), nil
}

// basic reads a condition in parentheses, one with ! before it, a comparison, or
// a path by itself.
func (p *parser) basic() (condition, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.want(fmt.Sprintf("at most %d conditions inside each other", maxDepth))
	}
	defer func() { p.depth-- }()
	p.space()
	switch {
	case strings.HasPrefix(p.rest(), "!") && !strings.HasPrefix(p.rest(), "!="):
		p.at++
		c, err := p.basic()
		return not{c}, err
	case p.accept("("):
		c, err := p.either()
		if err != nil {
			return nil, err
		}
		if p.space(); !p.accept(")") {
			return nil, p.want(")")
		}
		return c, nil
	}
	return p.comparison()
}

func (p *parser) comparison() (condition, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.space()
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.accept(op) {
			right, err := p.operand()
			return comparison{left, right, op}, err
		}
	}
	if !left.isPath {
		return nil, p.want("a comparison")
	}
	return exists{left}, nil
}

func (p *parser) operand() (operand, error) {
	p.space()
	switch {
	case p.accept("@"):
		segments, err := p.segments()
		return operand{isPath: true, segments: segments}, err
	case p.accept("$"):
		segments, err := p.segments()
		return operand{isPath: true, fromRoot: true, segments: segments}, err
	case strings.HasPrefix(p.rest(), "'") || strings.HasPrefix(p.rest(), `"`):
		s, err := p.quoted()
		return operand{literal: tag.StringOf(s)}, err
	default:
		return p.literal()
	}
}

// literal reads a number, true, false or null.
func (p *parser) literal() (operand, error) {
	end := p.at
	for end < len(p.text) && strings.IndexByte(" \t\r\n)]&|=!<>,", p.text[end]) < 0 {
		end++
	}
	v, err := tag.ParseJSON([]byte(p.text[p.at:end]))
	if err != nil || end == p.at {
		return operand{}, p.want("a path from @ or $, or a literal")
	}
	p.at = end
	return operand{literal: v}, nil
}
