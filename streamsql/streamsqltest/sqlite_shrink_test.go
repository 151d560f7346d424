package streamsqltest_test

import (
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/gen"
)

// sqlToken is a text, a word or number, or a sign.
var sqlToken = regexp.MustCompile(`[xX]?'(?:[^']|'')*'|\d[\d.]*e[+-]?\d+|[\pL\pN_.$]+|->>?|\|\||<=|>=|<>|!=|==|<<|>>|\S`)

// ofNow is a call that gives something else each time.
var ofNow = regexp.MustCompile(`(?i)(time|date|day|epoch) \( \)|strftime \( '[^']*' \)`)

// mostTries bounds how often a query is run in order to make it smaller.
const mostTries = 3000

// shrunk returns a smaller query that differs likewise: with parts of it taken out
// or replaced by a number, as long as there are such.
func (db *database) shrunk(q gen.Query) string {
	tokens := sqlToken.FindAllString(q.Text, -1)
	_, failure := db.differs(q)
	tries := 0
	still := func(tokens []string) bool {
		tries++
		text := strings.Join(tokens, " ")
		if tries > mostTries || ofNow.MatchString(text) {
			return false
		}
		different, now := db.differs(gen.Query{Text: text, Ordered: q.Ordered})
		return different && now == failure
	}
	if !still(tokens) {
		return q.Text
	}
	for size := len(tokens) / 2; size > 0; size = size * 2 / 3 {
		tokens = without(tokens, size, still)
	}
	return strings.Join(without(tokens, 2, still), " ")
}

// without returns the tokens without runs of so many, or with a number in place of
// them, as long as they still are what they should be.
func without(tokens []string, size int, still func([]string) bool) []string {
	for from := 0; from+size <= len(tokens); from++ {
		for _, instead := range [][]string{nil, {"1"}} {
			if size == 1 && len(instead) == 1 && (tokens[from] == "1" || tokens[from] == "NULL") {
				continue
			}
			if smaller := slices.Concat(tokens[:from], instead, tokens[from+size:]); still(smaller) {
				tokens = smaller
				from = max(from-size, 0) - 1
				break
			}
		}
	}
	return tokens
}
