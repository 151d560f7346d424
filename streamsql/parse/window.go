package parse

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// window reads a window, or returns nil where none begins.
func (p *parser) window() *ast.Window {
	if !p.at(sql.IDENT) || p.ahead(1).kind != sql.LP {
		return nil
	}
	read := p.windowReader(strings.ToUpper(p.token.text))
	if read == nil {
		return nil
	}
	w := &ast.Window{Pos: p.token.pos}
	p.advance()
	p.advance()
	read(w)
	p.expect(sql.RP)
	w.Filter = p.filter()
	if p.acceptBefore("OVER") {
		p.windowOver(w)
	}
	return w
}

// windowReader returns the function that reads the arguments of the window of
// that name, nil where there is none. The long names are eKuiper's and take a
// unit and whole numbers, the short ones take durations as text.
func (p *parser) windowReader(name string) func(*ast.Window) {
	switch name {
	case "TUMBLINGWINDOW":
		return p.measured(ast.Tumbling)
	case "HOPPINGWINDOW":
		return p.measured(ast.Hopping)
	case "SLIDINGWINDOW":
		return p.measured(ast.Sliding)
	case "SESSIONWINDOW":
		return p.measured(ast.Session)
	case "TUMBLE":
		return p.timed(ast.Tumbling)
	case "HOP":
		return p.timed(ast.Hopping)
	case "SLIDE":
		return p.timed(ast.Sliding)
	case "SESSION":
		return p.timed(ast.Session)
	case "COUNTWINDOW":
		return p.countWindow
	case "STATEWINDOW":
		return p.stateWindow
	}
	return nil
}

var windowUnits = map[string]time.Duration{
	"DD": 24 * time.Hour, "HH": time.Hour, "MI": time.Minute, "SS": time.Second, "MS": time.Millisecond,
}

// measured reads a unit and one or two numbers of it: `ss, 10, 5`.
func (p *parser) measured(kind ast.WindowKind) func(*ast.Window) {
	return func(w *ast.Window) {
		unit, ok := windowUnits[strings.ToUpper(p.token.text)]
		if !ok || !p.at(sql.IDENT) {
			p.expected("a unit of time: dd, hh, mi, ss or ms")
			return
		}
		p.advance()
		p.expect(sql.COMMA)
		p.durations(w, kind, func() time.Duration { return p.multiple(unit) })
	}
}

// timed reads one or two durations as text: `'10s', '5s'`.
func (p *parser) timed(kind ast.WindowKind) func(*ast.Window) {
	return func(w *ast.Window) { p.durations(w, kind, p.duration) }
}

// durations reads the lengths that a window of the kind has: which may be left
// away is the same for both forms.
func (p *parser) durations(w *ast.Window, kind ast.WindowKind, read func() time.Duration) {
	w.Kind = kind
	w.Length = read()
	second := func() time.Duration {
		p.expect(sql.COMMA)
		return read()
	}
	switch kind {
	case ast.Hopping:
		w.Every = second()
		p.checkSteps(w)
	case ast.Session:
		w.Every = second()
	case ast.Sliding:
		if p.at(sql.COMMA) {
			w.Delay = second()
		}
	}
}

// maxSteps bounds the panes of a hopping window, each of which is looked at for
// every window: a day by the second is allowed.
const maxSteps = 100_000

func (p *parser) checkSteps(w *ast.Window) {
	if p.err == nil && w.Length/w.Every > maxSteps {
		p.fail(&Error{
			Pos: w.Pos, Message: fmt.Sprintf("hopping window of %d steps, at most %d are allowed", w.Length/w.Every, maxSteps),
			Hint: "take a longer step, or a sliding window",
		})
	}
}

// multiple reads a positive whole number of the unit.
func (p *parser) multiple(unit time.Duration) time.Duration {
	const what = "a positive whole number"
	n, err := strconv.ParseInt(p.token.text, 10, 64)
	if !p.at(sql.INTEGER) || err != nil || n <= 0 || n > int64(maxDuration/unit) {
		p.expected(what)
		return 0
	}
	p.advance()
	return time.Duration(n) * unit
}

// maxDuration keeps sums of a time and a few durations inside an int64.
const maxDuration = 36500 * 24 * time.Hour

// duration reads a text such as '1m30s' or '2d'.
func (p *parser) duration() time.Duration {
	d, ok := parseDuration(p.token.text)
	if !p.at(sql.STRING) || !ok || d <= 0 || d > maxDuration || d%time.Millisecond != 0 {
		p.expected("a duration of whole milliseconds such as '500ms', '10s', '1m30s' or '2d'")
		return 0
	}
	p.advance()
	return d
}

// parseDuration reads a duration of Go, before which whole days may stand.
func parseDuration(s string) (time.Duration, bool) {
	days, rest, found := strings.Cut(s, "d")
	if !found {
		d, err := time.ParseDuration(s)
		return d, err == nil
	}
	n, err := strconv.ParseInt(days, 10, 64)
	if err != nil || n < 0 || n > int64(maxDuration/(24*time.Hour)) {
		return 0, false
	}
	d := time.Duration(n) * 24 * time.Hour
	if rest == "" {
		return d, true
	}
	more, err := time.ParseDuration(rest)
	return d + more, err == nil && more >= 0 && more <= maxDuration
}

// countWindow reads `rows` or `rows, every`.
func (p *parser) countWindow(w *ast.Window) {
	w.Kind = ast.Count
	w.Rows = int64(p.multiple(1))
	w.EveryRows = w.Rows
	if !p.accept(sql.COMMA) {
		return
	}
	at := p.token.pos
	w.EveryRows = int64(p.multiple(1))
	if w.EveryRows > w.Rows && p.err == nil {
		p.fail(&Error{Pos: at, Message: "count window that would leave rows out", Hint: "the second number is at most the first"})
	}
	p.checkCount(w)
}

// stateWindow reads `begin, emit`, or one expression whose value is the state.
func (p *parser) stateWindow(w *ast.Window) {
	w.Kind = ast.State
	w.Begin = p.expr()
	if p.accept(sql.COMMA) {
		w.Emit = p.expr()
	}
}

// windowOver reads the rest of OVER (… behind a window.
func (p *parser) windowOver(w *ast.Window) {
	o := p.overClauses()
	if len(o.OrderBy) > 0 {
		p.fail(&Error{Pos: o.OrderBy[0].Pos, Message: "ORDER BY in the OVER of a window", Hint: "sort the rows with the ORDER BY of the query"})
	}
	w.PartitionBy, w.When = o.PartitionBy, o.When
}

// checkCount bounds the panes of a count window, which have the greatest size that
// both its numbers are multiples of.
func (p *parser) checkCount(w *ast.Window) {
	if p.err != nil {
		return
	}
	size, rest := w.Rows, w.EveryRows
	for rest != 0 {
		size, rest = rest, size%rest
	}
	if w.Rows/size > maxSteps {
		p.fail(&Error{
			Pos: w.Pos, Message: fmt.Sprintf("count window of %d steps of %d rows, at most %d steps are allowed", w.Rows/size, size, maxSteps),
			Hint: "take numbers with a greater common divisor, such as 1000000, 1000",
		})
	}
}
