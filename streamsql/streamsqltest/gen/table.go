package gen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Tables returns two tables, t and u, with the same kinds of columns and
// values that often meet: the names of all columns differ.
func (g *Gen) Tables() []Table {
	return []Table{
		g.table("t", "id", "n", "x", "s", "m"),
		g.table("u", "uid", "k", "y", "v", "w"),
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
	return pick(g, "", "a", "b", "abc", "Abc", "ABC", "abd", "bcd", "1", "2", "10", "1.5", "-3", "2e1", "3x", " 4", "a_c", "%b%", "it's", "ü", "Ü")
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
		return strconv.FormatFloat(f, 'f', 2, 64)
	case tag.String:
		return quote(v.Str())
	default:
		return "NULL"
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
