package document

import "github.com/goccy/go-yaml/token"

// maxIndent is the rightmost column at which a block may open a level.
const maxIndent = 4 * MaxDepth

// checkDepth bounds the nesting that tokens can describe. Flow style is counted by its brackets. Block style opens a
// level only at a column further right, so its depth is bounded by the columns at which lines, dashes and question
// marks begin; a run of tags or anchors before one value descends too.
func checkDepth(file string, tokens token.Tokens) *Error {
	flow, run, line := 0, 0, 0
	for _, t := range tokens {
		place := placeOf(t)
		opens := place.Line != line
		line = place.Line
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow = max(flow-1, 0)
		case token.SequenceEntryType, token.MappingKeyType:
			opens = true
		}
		run = properties(run, t)
		if flow > MaxDepth || run > MaxDepth || opens && flow == 0 && place.Column > maxIndent {
			return tooDeep(file, place)
		}
	}
	return nil
}

// properties counts the tokens in a row that decorate the value behind them.
func properties(run int, t *token.Token) int {
	switch t.Type {
	case token.TagType, token.AnchorType, token.MappingKeyType:
		return run + 1
	case token.StringType: // the name of an anchor
		return run
	default:
		return 0
	}
}
