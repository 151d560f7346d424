package document

import (
	"bytes"

	"github.com/goccy/go-yaml/token"
)

// What the YAML library takes quadratic time for, or descends into once per level, is bounded before it is asked.
const (
	maxIndent = 4 * MaxDepth // the rightmost column at which a block may open a level
	maxKeys   = 10_000       // of one mapping in block style
	maxBlank  = 200          // empty lines in a row
)

// checkBlank refuses a text with a long run of empty lines, before it is cut into tokens.
func checkBlank(file string, data []byte) *Error {
	line, run := 0, 0
	for text := range bytes.Lines(data) {
		line++
		if run++; len(bytes.TrimRight(text, " \t\r\n")) > 0 {
			run = 0
		}
		if run > maxBlank {
			return At(file, Place{Line: line, Column: 1}, "", &Problem{What: "more than 200 lines in a row are empty", Fix: "remove some"})
		}
	}
	return nil
}

// checkTokens bounds what the tokens of a document can describe, before they are parsed.
func checkTokens(file string, tokens token.Tokens) *Error {
	var g guard
	for _, t := range tokens {
		if place := placeOf(t); !g.shallow(t, place) {
			return tooDeep(file, place)
		} else if !g.narrow(t, place) {
			return At(file, place, "", &Problem{What: "a mapping has more than 10000 keys", Fix: "divide it"})
		}
	}
	return nil
}

// guard follows the tokens of a document.
type guard struct {
	flow int                // brackets and braces that are open
	run  int                // tags, anchors and question marks in a row, before one value
	line int                // of the last token
	keys [maxIndent + 1]int // of the mappings in block style that are open, by column
}

// shallow tells whether the nesting is within its limit. Flow style is counted by its brackets. Block style opens a
// level only at a column further right, so its depth is bounded by the columns at which lines, dashes and question
// marks begin.
func (g *guard) shallow(t *token.Token, place Place) bool {
	opens := place.Line != g.line
	g.line = place.Line
	g.decorate(t)
	switch t.Type {
	case token.MappingStartType, token.SequenceStartType:
		g.flow++
	case token.MappingEndType, token.SequenceEndType:
		g.flow = max(g.flow-1, 0)
	case token.SequenceEntryType, token.MappingKeyType:
		opens = true
	}
	if opens && g.flow == 0 {
		g.close(place.Column)
	}
	return g.flow <= MaxDepth && g.run <= MaxDepth && !(opens && g.flow == 0 && place.Column > maxIndent)
}

// decorate counts the tokens in a row that decorate the value behind them.
func (g *guard) decorate(t *token.Token) {
	switch t.Type {
	case token.TagType, token.AnchorType, token.MappingKeyType:
		g.run++
	case token.StringType: // the name of an anchor
	default:
		g.run = 0
	}
}

// close forgets the mappings right of a column at which something begins.
func (g *guard) close(column int) {
	clear(g.keys[min(column, maxIndent)+1:])
}

// narrow tells whether the mapping that the token gives a key to is within its limit.
func (g *guard) narrow(t *token.Token, place Place) bool {
	if t.Type != token.MappingValueType || g.flow > 0 {
		return true
	}
	if t.Prev != nil {
		place = placeOf(t.Prev)
	}
	column := min(place.Column, maxIndent)
	g.keys[column]++
	return g.keys[column] <= maxKeys
}
