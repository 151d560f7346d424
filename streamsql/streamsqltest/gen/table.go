package gen

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Tables returns two tables, t and u, with the same kinds of columns and values
// that often meet, and one, e, with values at the edges of what there is: the
// names of all columns differ.
func (g *Gen) Tables() []Table {
	return []Table{
		g.table("t", "id", "n", "x", "s", "m"),
		g.table("u", "uid", "k", "y", "v", "w"),
		g.edges(),
	}
}

// table makes rows with a key that is never NULL, an integer, a float, a text
// and an integer that is often NULL.
func (g *Gen) table(name string, columns ...string) Table {
	kinds := []tag.Kind{tag.Int, tag.Int, tag.Float, tag.String, tag.Int}
	t := Table{Name: name}
	for i, c := range columns {
		t.Columns = append(t.Columns, Column{Name: c, Kind: kinds[i]})
	}
	for id := range g.between(0, 9) {
		row := []tag.Value{tag.IntOf(int64(id))}
		for i, c := range t.Columns[1:] {
			row = append(row, g.cell(c.Kind, 8>>i))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// edges makes rows with a key, an integer and a float near their limits, a blob
// and a text of JSON.
func (g *Gen) edges() Table {
	t := Table{Name: "e", Columns: []Column{
		{Name: "eid", Kind: tag.Int},
		{Name: "big", Kind: tag.Int, Wide: true},
		{Name: "far", Kind: tag.Float, Wide: true},
		{Name: "blob", Kind: tag.Bytes},
		{Name: "json", Kind: tag.String},
	}}
	for id := range g.between(0, 6) {
		row := []tag.Value{tag.IntOf(int64(id)), tag.IntOf(g.big()), tag.FloatOf(g.far()), tag.BytesOf([]byte(g.text())), tag.StringOf(g.document())}
		if g.chance(3) {
			row[g.between(1, 4)] = tag.NullOf(tag.Good)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// big returns an integer near what 64, 53, 32 and 16 bits hold.
func (g *Gen) big() int64 {
	limit := pick(g, math.MaxInt64-2, math.MinInt64+2, int64(1)<<62, 1<<53, -1<<53, 1<<32, math.MinInt32, 1<<15, 0)
	return limit + int64(g.between(-2, 2))
}

// far returns a float near the limits of what there is, or where its digits end.
func (g *Gen) far() float64 {
	return pick(g, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022, 1e-5, 1e15, 1e16, 1e17, 123456789012345678, 0x1p63, -0x1p63,
		0x1p53, 0.1, 1.0/3, 1e100, -1e-100, 0, 9007199254740993, 4503599627370497.5, 2.5, -0.5)
}

// cell returns a value of the kind, NULL once in nullOnce+1 times.
func (g *Gen) cell(kind tag.Kind, nullOnce int) tag.Value {
	if g.chance(nullOnce + 1) {
		return tag.NullOf(tag.Good)
	}
	switch kind {
	case tag.Int:
		return tag.IntOf(int64(g.between(-3, 6)))
	case tag.Float:
		return tag.FloatOf(float64(g.between(-8, 16)) / 4)
	default:
		return tag.StringOf(g.text())
	}
}

// text returns a short text: words, numbers, halves of numbers, patterns.
func (g *Gen) text() string {
	return pick(g, "", "a", "b", "abc", "Abc", "ABC", "abd", "bcd", "1", "2", "10", "1.5", "-3", "2e1", "3x", " 4", "a_c", "%b%", "it's", "ü", "Ü",
		"9223372036854775808", "1e400", "+5", "-", ".", ".5", "5.", "0x1F", "1_000", "  ", "1 2", "inf", "nan", "e5", "1e", "-0", "日本語", "a\nb")
}

// Schema returns the statements that make the table and its rows in SQLite. The
// columns have no type, so that SQLite converts nothing.
func (t Table) Schema() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	statements := []string{fmt.Sprintf("CREATE TABLE %s (%s)", t.Name, strings.Join(names, ", "))}
	for _, row := range t.Rows {
		values := make([]string, len(row))
		for i, v := range row {
			values[i] = literal(v)
		}
		statements = append(statements, fmt.Sprintf("INSERT INTO %s VALUES (%s)", t.Name, strings.Join(values, ", ")))
	}
	return statements
}

func literal(v tag.Value) string {
	switch v.Kind() {
	case tag.Int:
		i, _ := v.Int()
		return strconv.FormatInt(i, 10)
	case tag.Float:
		f, _ := v.Float()
		return strconv.FormatFloat(f, 'e', -1, 64)
	case tag.String:
		return quote(v.Str())
	case tag.Bytes:
		return fmt.Sprintf("x'%x'", v.Bytes())
	default:
		return "NULL"
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
