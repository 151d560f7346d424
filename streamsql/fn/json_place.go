package fn

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// jsonPlace is a path of SQLite to one place in a nested value: $, and then steps such as
// .name, ."any name", [3], [#-1] for the last element and [#] for the one behind it.
type jsonPlace []jsonStep

// jsonStep is the name of a field, or the place of an element.
type jsonStep struct {
	name    string
	element bool
	index   int // of an element
	fromEnd bool
}

// maxJSONSteps is how deep a place may be.
const maxJSONSteps = 200

func parseJSONPlace(path string) (jsonPlace, error) {
	rest, ok := strings.CutPrefix(path, "$")
	var p jsonPlace
	for ok && rest != "" && len(p) < maxJSONSteps {
		var step jsonStep
		if step, rest, ok = nextJSONStep(rest); ok {
			p = append(p, step)
		}
	}
	if !ok || rest != "" {
		return nil, fmt.Errorf("path %.100q: want $ with steps such as .name, [0] and [#-1] behind it", path)
	}
	return p, nil
}

func nextJSONStep(s string) (step jsonStep, rest string, ok bool) {
	switch {
	case strings.HasPrefix(s, `."`):
		end := strings.IndexByte(s[2:], '"')
		if end < 0 {
			return step, s, false
		}
		return jsonStep{name: s[2 : 2+end]}, s[end+3:], true
	case s[0] == '.':
		end := strings.IndexAny(s[1:], ".[")
		if end < 0 {
			end = len(s) - 1
		}
		return jsonStep{name: s[1 : 1+end]}, s[1+end:], end > 0
	case s[0] == '[':
		inside, rest, found := strings.Cut(s[1:], "]")
		step, ok := elementStep(inside)
		return step, rest, found && ok
	default:
		return step, s, false
	}
}

func elementStep(s string) (step jsonStep, ok bool) {
	step.element = true
	s, step.fromEnd = strings.CutPrefix(s, "#")
	if step.fromEnd && s == "" {
		return step, true
	}
	if step.fromEnd {
		if s, ok = strings.CutPrefix(s, "-"); !ok {
			return step, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 31)
	step.index = int(n)
	return step, err == nil
}

// of returns where in so many elements the step is.
func (s jsonStep) of(elements int) int {
	if s.fromEnd {
		return elements - s.index
	}
	return s.index
}

// made returns a value with what a place needs around it: nothing where that cannot
// be, because it is not the first element of an array.
func (p jsonPlace) made(v tag.Value) (tag.Value, bool) {
	for i := len(p) - 1; i >= 0; i-- {
		switch {
		case !p[i].element:
			v = newObject([]string{p[i].name}, []tag.Value{v})
		case p[i].index == 0:
			v = tag.ArrayOf([]tag.Value{v})
		default:
			return v, false
		}
	}
	return v, true
}
