package taosd

import (
	"strings"
	"time"
)

// record is a row while a SELECT looks at it.
type record struct {
	of      *stable
	table   *table
	row     []any
	perTick int64
	window  [2]int64 // of the group that it is in
}

// get returns what a name stands for.
func (r record) get(name string) any {
	switch name {
	case "tbname":
		return r.table.name
	case "_rowts":
		return r.row[0]
	case "_wstart":
		return r.window[0]
	case "_wend":
		return r.window[1]
	}
	if i := r.of.column(name); i >= 0 {
		if i < len(r.row) {
			return r.row[i]
		}
		return nil
	}
	if i := r.of.tag(name); i >= 0 {
		return r.table.tags[i]
	}
	return nil
}

// known tells of a name whether it stands for something.
func (s *stable) known(name string) bool {
	switch name {
	case "tbname", "_rowts", "_wstart", "_wend":
		return true
	}
	return s.column(name) >= 0 || s.tag(name) >= 0
}

// condition holds for a row or not.
type condition func(record) bool

// where reads conditions: comparisons of a column with a value, with AND, OR,
// NOT and brackets.
func (p *parser) where(st *stable, perTick int64) (condition, error) {
	left, err := p.conjunction(st, perTick)
	for err == nil && p.accept("or") {
		var right condition
		if right, err = p.conjunction(st, perTick); err == nil {
			l := left
			left = func(r record) bool { return l(r) || right(r) }
		}
	}
	return left, err
}

func (p *parser) conjunction(st *stable, perTick int64) (condition, error) {
	left, err := p.factor(st, perTick)
	for err == nil && p.accept("and") {
		var right condition
		if right, err = p.factor(st, perTick); err == nil {
			l := left
			left = func(r record) bool { return l(r) && right(r) }
		}
	}
	return left, err
}

func (p *parser) factor(st *stable, perTick int64) (condition, error) {
	if p.accept("not") {
		inner, err := p.factor(st, perTick)
		return func(r record) bool { return !inner(r) }, err
	}
	if p.accept("(") {
		inner, err := p.where(st, perTick)
		if err == nil {
			err = p.expect(")")
		}
		return inner, err
	}
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	if !st.known(name) {
		return nil, faultf(codeColumn, "Invalid column name: %s", name)
	}
	return p.comparison(st, name, perTick)
}

func (p *parser) comparison(st *stable, name string, perTick int64) (condition, error) {
	isTime := name == "_rowts" || name == "_wstart" || name == "_wend"
	if i := st.column(name); i >= 0 {
		isTime = st.columns[i].code == typeTimestamp
	}
	operand := func() (any, error) { return p.operand(isTime, perTick) }
	switch {
	case p.accept("is", "not", "null"):
		return func(r record) bool { return r.get(name) != nil }, nil
	case p.accept("is", "null"):
		return func(r record) bool { return r.get(name) == nil }, nil
	case p.accept("between"):
		low, err := operand()
		if err != nil {
			return nil, err
		}
		if err := p.expect("and"); err != nil {
			return nil, err
		}
		high, err := operand()
		return func(r record) bool {
			v := r.get(name)
			return v != nil && compare(v, low) >= 0 && compare(v, high) <= 0
		}, err
	case p.accept("in"):
		var all []any
		err := p.list(func() error { v, err := operand(); all = append(all, v); return err })
		return func(r record) bool {
			for _, v := range all {
				if got := r.get(name); got != nil && compare(got, v) == 0 {
					return true
				}
			}
			return false
		}, err
	case p.accept("like"):
		pattern := p.next()
		return func(r record) bool { return like(textOf(r.get(name)), pattern.text) }, nil
	}
	op := p.next().text
	v, err := operand()
	if err != nil {
		return nil, err
	}
	holds, known := operators(op)
	if !known {
		return nil, p.wrong("want a comparison")
	}
	return func(r record) bool {
		got := r.get(name)
		return got != nil && v != nil && holds(compare(got, v))
	}, nil
}

func operators(op string) (holds func(int) bool, known bool) {
	switch op {
	case "=":
		return func(c int) bool { return c == 0 }, true
	case "<>", "!=":
		return func(c int) bool { return c != 0 }, true
	case "<":
		return func(c int) bool { return c < 0 }, true
	case "<=":
		return func(c int) bool { return c <= 0 }, true
	case ">":
		return func(c int) bool { return c > 0 }, true
	case ">=":
		return func(c int) bool { return c >= 0 }, true
	default:
		return nil, false
	}
}

// operand reads a value; of a time also now, now - 1h and a text.
func (p *parser) operand(isTime bool, perTick int64) (any, error) {
	if p.accept("now") {
		if p.accept("(") {
			if err := p.expect(")"); err != nil {
				return nil, err
			}
		}
		at := time.Now().UnixNano()
		for p.peek().is("-") || p.peek().is("+") {
			sign := int64(1)
			if p.next().text == "-" {
				sign = -1
			}
			d, err := duration(p.next().text)
			if err != nil {
				return nil, err
			}
			at += sign * int64(d)
		}
		return at / perTick, nil
	}
	v, err := p.constant()
	if err == nil && isTime {
		return timestamp(v, perTick)
	}
	return v, err
}

// like matches with % and _.
func like(text, pattern string) bool {
	if pattern == "" {
		return text == ""
	}
	if pattern[0] == '%' {
		for i := 0; i <= len(text); i++ {
			if like(text[i:], pattern[1:]) {
				return true
			}
		}
		return false
	}
	return text != "" && (pattern[0] == '_' || strings.EqualFold(text[:1], pattern[:1])) && like(text[1:], pattern[1:])
}
