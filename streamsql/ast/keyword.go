package ast

import (
	"iter"
	"maps"
)

// Reserved reports whether a word, in any case, is a keyword that is no name
// where a name may begin an expression or follow a source. Such a word needs
// quotes there; beside a dot and after AS it does not.
func Reserved(word string) bool {
	var upper [longestReserved]byte
	if len(word) > len(upper) {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper[i] = c
	}
	return reserved[string(upper[:len(word)])]
}

// ReservedWords returns the reserved words in upper case, in no order.
func ReservedWords() iter.Seq[string] { return maps.Keys(reserved) }

const longestReserved = len("INTERSECT")

var reserved = map[string]bool{
	"AND": true, "AS": true, "BETWEEN": true, "BY": true, "CASE": true, "CAST": true, "CROSS": true,
	"DISTINCT": true, "ELSE": true, "END": true, "ESCAPE": true, "EXCEPT": true, "EXISTS": true, "FALSE": true,
	"FROM": true, "FULL": true, "GLOB": true, "GROUP": true, "HAVING": true, "IN": true, "INNER": true,
	"INTERSECT": true, "IS": true, "ISNULL": true, "JOIN": true, "LEFT": true, "LIKE": true, "LIMIT": true,
	"MATCH": true, "NATURAL": true, "NOT": true, "NOTNULL": true, "NULL": true, "ON": true, "OR": true,
	"ORDER": true, "REGEXP": true, "RIGHT": true, "SELECT": true, "THEN": true, "TRUE": true,
	"UNION": true, "USING": true, "WHEN": true, "WHERE": true,
}
