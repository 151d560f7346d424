package tables

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/store/catalog"
)

// text is a query as SQLite is given it: with quotes around the names of tables
// that have a dot, as rules write them.
type text struct {
	asked  string // as it was asked
	sql    string // as SQLite is given it
	tokens []token
	edits  []edit
}

// edit is octets put in.
type edit struct{ at, octets int } // at: offset in sql

// parse takes a query apart and quotes what needs it.
func parse(sql string, known catalog.Catalog) (*text, error) {
	t := &text{asked: sql, tokens: scan(sql)}
	if len(t.tokens) == 0 {
		return nil, t.errorAt(0, "there is no query")
	}
	for i, tok := range t.tokens {
		if tok.kind == sign && tok.text == ";" && i+1 < len(t.tokens) {
			return nil, t.errorAt(t.tokens[i+1].at, "one query at a time: this is a second one")
		}
	}
	t.quote(known)
	return t, nil
}

// quote puts the names of streams that stand where a table does into quotes.
func (t *text) quote(known catalog.Catalog) {
	var out strings.Builder
	var tokens []token
	from := 0
	for i := 0; i < len(t.tokens); i++ {
		if !t.isStream(i, known) {
			tokens = append(tokens, t.tokens[i])
			continue
		}
		first, last := t.tokens[i], t.tokens[i+2]
		whole := first.text + "." + last.text
		out.WriteString(t.asked[from:first.at])
		written := quoted(whole)
		out.WriteString(written)
		t.edits = append(t.edits, edit{at: out.Len(), octets: len(written) - (last.end - first.at)})
		tokens = append(tokens, token{name, whole, first.at, last.end})
		from = last.end
		i += 2
	}
	out.WriteString(t.asked[from:])
	t.sql, t.tokens = out.String(), tokens
}

// isStream reports whether a.b stands at a token where a table does, or before
// the column of one, and is a stream.
func (t *text) isStream(i int, known catalog.Catalog) bool {
	if i+2 >= len(t.tokens) || !t.tokens[i].isName() || t.tokens[i+1].text != "." || !t.tokens[i+2].isName() {
		return false
	}
	if i > 0 && t.tokens[i-1].text == "." && t.tokens[i-1].kind == sign {
		return false
	}
	isColumn := i+3 < len(t.tokens) && t.tokens[i+3].kind == sign && t.tokens[i+3].text == "."
	return (isColumn || t.isTable(i)) && len(known.Named(t.tokens[i].text+"."+t.tokens[i+2].text)) > 0
}

// isTable reports whether a table stands at a token: behind FROM or JOIN, or
// behind a comma after them.
func (t *text) isTable(i int) bool {
	depth := 0
	for j := i - 1; j >= 0; j-- {
		switch before := t.tokens[j]; {
		case before.kind == sign && before.text == ")":
			depth++
		case before.kind == sign && before.text == "(":
			if depth == 0 && !(j == i-1) {
				return false
			}
			depth = max(depth-1, 0)
		case depth > 0:
		case before.isWord("from"), before.isWord("join"):
			return j == i-1 || t.tokens[i-1].text == "," || t.tokens[i-1].text == "("
		case endsTables(before):
			return false
		}
	}
	return false
}

// endsTables reports whether what follows a keyword is no table.
func endsTables(t token) bool {
	return slices.ContainsFunc([]string{"select", "where", "group", "order", "having", "limit", "on", "using", "window", "values"}, t.isWord)
}

// names returns all that may be the name of a table.
func (t *text) names() (names []string) {
	for _, tok := range t.tokens {
		if tok.isName() {
			names = append(names, tok.text)
		}
	}
	return names
}

// place returns the offset in the query as it was asked.
func (t *text) place(at int) int {
	shift := 0
	for _, e := range t.edits {
		if at >= e.at {
			shift += e.octets
		}
	}
	return max(min(at-shift, len(t.asked)), 0)
}
