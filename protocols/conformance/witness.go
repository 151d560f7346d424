package conformance

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// Witness is a driver at a device that writes down all that it sees. It opens a session where there is none, and closes one that
// is at fault, as the actors do.
type Witness struct {
	t             testing.TB
	kit           Kit
	config        *config.Device
	device, hasty protocols.Device
	tap           protocols.Tap
	session       protocols.Session
	story         []string
}

// Witness returns one for a device at an address. A tap may be nil.
func (r Replay) Witness(t testing.TB, address string, tap protocols.Tap) *Witness {
	t.Helper()
	w := &Witness{t: t, kit: r.Kit, config: r.Device(t, address), tap: tap}
	w.device = r.Kit.Compile(t, w.config)
	if r.Hasty != nil {
		w.hasty = r.Kit.Compile(t, r.Hasty(t, address))
	}
	t.Cleanup(w.Close)
	return w
}

// Open opens a session where there is none.
func (w *Witness) Open() {
	w.t.Helper()
	if w.session == nil {
		w.session = w.kit.DialTapped(w.t, w.config, w.tap)
	}
}

// Close closes the session where there is one.
func (w *Witness) Close() {
	if w.session != nil {
		_ = w.session.Close() // what it says is the suite's to see
		w.session = nil
	}
}

// Scan scans once.
func (w *Witness) Scan() {
	w.t.Helper()
	w.scan(w.device)
}

// ScanHastily scans what will not answer.
func (w *Witness) ScanHastily() {
	w.t.Helper()
	w.scan(w.hasty)
}

func (w *Witness) scan(d protocols.Device) {
	w.t.Helper()
	w.Open()
	row, err := Scan(w.t, w.session, d, len(w.config.Groups[0].Tags))
	line := "scan"
	for _, v := range row.Values {
		line += fmt.Sprintf(" %.60s(%s)", show(v), v.Quality())
	}
	w.note(line, err)
}

// Write writes a tag.
func (w *Witness) Write(name string, v tag.Value) {
	w.t.Helper()
	w.Open()
	w.note("write "+name+" "+show(v), w.session.Write(w.t.Context(), Point(w.t, w.device, name), v))
}

// ReadPoint reads a tag by itself.
func (w *Witness) ReadPoint(name string) {
	w.t.Helper()
	w.Open()
	v, err := w.session.ReadPoint(w.t.Context(), Point(w.t, w.device, name))
	w.note(fmt.Sprintf("read %s %s(%s)", name, show(v), v.Quality()), err)
}

// note writes down what came of something.
func (w *Witness) note(line string, err error) {
	if f, ok := errors.AsType[*protocols.Fault](err); ok {
		line += fmt.Sprintf(" fault of the %s, %s, sent %v", f.Scope, f.Quality, f.Sent)
		if f.Scope == protocols.ScopeSession {
			w.Close()
		}
	} else if err != nil {
		line += fmt.Sprintf(" %v", err)
	}
	w.story = append(w.story, line)
}

// Story returns what was seen, a line for each thing that was done.
func (w *Witness) Story() string { return strings.Join(w.story, "\n") }
