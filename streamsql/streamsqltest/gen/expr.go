package gen

import (
	"strconv"
	"strings"
)

// Expr returns an expression over the columns, at most depth operands deep.
// Operators follow each other with and without parentheses, so that the value
// hangs on their precedence.
func (g *Gen) Expr(columns []Column, depth int) string {
	e := exprs{Gen: g, columns: columns}
	return e.chain(depth)
}

// exprs makes expressions over some columns.
type exprs struct {
	*Gen
	columns []Column
	// queries allows queries in expressions, over the table u.
	queries bool
}

// chain returns operands with operators between them and behind them.
func (e exprs) chain(depth int) string {
	var b strings.Builder
	b.WriteString(e.operand(depth))
	for range e.between(0, 3) {
		e.operator(&b, depth)
	}
	return b.String()
}

var infix = []string{
	" OR ", " AND ", " = ", " == ", " <> ", " != ", " IS ", " IS NOT ", " IS DISTINCT FROM ",
	" IS NOT DISTINCT FROM ", " < ", " <= ", " > ", " >= ", " & ", " | ", " << ", " >> ",
	" + ", " - ", " * ", " / ", " % ", " || ",
}

// operator writes an operator with its right operands.
func (e exprs) operator(b *strings.Builder, depth int) {
	not := pick(e.Gen, " ", " ", " NOT ")
	switch e.between(0, 13) {
	case 0:
		b.WriteString(not + "BETWEEN " + e.bound(depth) + " AND " + e.operand(depth))
	case 1:
		b.WriteString(not + "IN (" + e.list(0, 3, depth) + ")")
	case 2:
		b.WriteString(not + pick(e.Gen, "LIKE ", "GLOB ") + pick(e.Gen, e.operand(depth), e.pattern()))
	case 3:
		b.WriteString(not + "LIKE " + pick(e.Gen, e.operand(depth), e.pattern()) + " ESCAPE " + pick(e.Gen, `'\'`, `'\'`, "'a'", "'%'", "'_'", "'ü'"))
	case 4:
		b.WriteString(pick(e.Gen, " ISNULL", " NOTNULL", " NOT NULL", " IS NULL", " IS NOT NULL"))
	case 5:
		b.WriteString(pick(e.Gen, " IS ", " IS NOT ") + pick(e.Gen, "TRUE", "FALSE"))
	default:
		b.WriteString(pick(e.Gen, infix...) + e.operand(depth))
	}
}

// bound returns the lower bound of a BETWEEN, which may hold operators that
// bind tighter than AND.
func (e exprs) bound(depth int) string {
	if e.chance(3) {
		return e.operand(depth) + pick(e.Gen, " = ", " < ", " + ", " * ", " || ") + e.operand(depth)
	}
	return e.operand(depth)
}

// operand returns a prefix operator and an operand, or an operand.
func (e exprs) operand(depth int) string {
	if e.chance(5) {
		operand := e.operand(depth)
		if strings.HasPrefix(operand, "-") {
			operand = " " + operand // two minus signs would begin a comment
		}
		return pick(e.Gen, "NOT ", "+", "~", "-") + operand
	}
	if depth <= 1 {
		return e.leaf()
	}
	switch e.between(0, 9) {
	case 0, 1:
		return "(" + e.chain(depth-1) + ")"
	case 2:
		return e.caseOf(depth - 1)
	case 3:
		return "CAST(" + e.chain(depth-1) + " AS " + pick(e.Gen, "INTEGER", "REAL", "TEXT", "NUMERIC", "BLOB", "VARCHAR(10)",
			"int", "BIGINT", "DOUBLE PRECISION", "FLOAT", "DECIMAL(10, 2)", "CHAR", "CLOB") + ")"
	case 4, 5:
		return e.call(depth - 1)
	case 6:
		if e.Special && e.chance(2) {
			return e.special(depth - 1)
		}
		return e.subquery()
	default:
		return e.leaf()
	}
}

func (e exprs) leaf() string {
	if len(e.columns) > 0 && e.chance(2) {
		return pick(e.Gen, e.columns...).Name
	}
	switch e.between(0, 9) {
	case 0:
		return pick(e.Gen, "NULL", "TRUE", "FALSE", "true")
	case 1, 2:
		return quote(e.text())
	case 3:
		return pick(e.Gen, "0.5", "1.0", "2.25", "1e2", ".75", "0.1", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "1e999", "1e15", "1e16", "9007199254740993.0", "4503599627370497.5", "9223372036854775807.0", "-9223372036854775808.0", "0.0", "5.")
	case 4:
		return pick(e.Gen, "9223372036854775807", "-9223372036854775808", "9223372036854775808", "9223372036854775806", "0x1F", "0x7fffffffffffffff", "0xFFFFFFFFFFFFFFFF", "4294967296", "2147483648", "9007199254740993", "3037000500", "63", "64", "-64")
	case 5:
		return pick(e.Gen, "x'61'", "x''", "x'616263'", "x'ff'", "x'c3'", "x'31'", "x'e697a5'", "X'20312E35'")
	default:
		return strconv.Itoa(e.between(0, 6))
	}
}

func (e exprs) caseOf(depth int) string {
	var b strings.Builder
	b.WriteString("CASE ")
	if e.chance(2) {
		b.WriteString(e.operand(depth) + " ")
	}
	for range e.between(1, 2) {
		b.WriteString("WHEN " + e.chain(depth) + " THEN " + e.operand(depth) + " ")
	}
	if e.chance(2) {
		b.WriteString("ELSE " + e.chain(depth) + " ")
	}
	b.WriteString("END")
	return b.String()
}

// list returns from low to high expressions with commas between them.
func (e exprs) list(low, high, depth int) string {
	list := make([]string, e.between(low, high))
	for i := range list {
		list[i] = e.chain(depth - 1)
	}
	return strings.Join(list, ", ")
}
