package node

import (
	"context"
	"go/parser"
	"go/token"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	modbusserver "github.com/holdfast-edge/holdfast/protocols/modbus/server"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/mqtt"
	"github.com/holdfast-edge/holdfast/supervisor"
)

func components(t testing.TB) *Components {
	t.Helper()
	c, err := NewComponents([]protocols.Driver{modbus.Driver{}}, []sinks.Sink{mqtt.New()}, modbusserver.Server{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run starts a node that reaches nothing, and stops it when the test ends.
func run(t *testing.T, site string) *Node {
	t.Helper()
	c := components(t)
	s, err := c.Parse([]config.Source{{Name: "site.yaml", Data: []byte(site)}})
	if err != nil {
		t.Fatal(err)
	}
	n, err := Start(t.Context(), Options{
		Components: c, Site: s, Dir: t.TempDir(), Version: "test", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // by when the test's own context is over: a node that is left to end by itself meets the next test
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := n.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return n
}

// drawn is the site of the tree in the package comment. Port 1 refuses.
const drawn = `
site: plant-7
console: {listen: "127.0.0.1:0"}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://127.0.0.1:1
    unit: 1
    groups: [{name: g, scan: 1h, tags: [{name: t, address: "holding:0", type: int16}]}]
`

func TestTheTreeIsAsDrawnInThePackageComment(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(file.Doc.Text()) {
		if drawing, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t"); ok {
			want = append(want, strings.ReplaceAll(withoutNotes(drawing), "10.0.0.7:502", "127.0.0.1:1"))
		}
	}
	n := run(t, drawn)
	var got []string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		got = draw(n.Tree(), "", "")
		if strings.Join(got, "\n") == strings.Join(want, "\n") {
			return
		}
	}
	t.Errorf("the tree is\n%s\nand is drawn as\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
}

// note is what a drawing tells of an actor: its strategy, and more for people.
var note = regexp.MustCompile(`(\S) {2,}(one-for-one|rest-for-one).*`)

func withoutNotes(line string) string { return note.ReplaceAllString(line, "$1 $2") }

// draw draws a tree as the package comment does.
func draw(t supervisor.Tree, prefix, below string) (lines []string) {
	line := prefix + t.Name
	if len(t.Children) > 0 && t.Kind != "endpoint" || t.Kind == "group" {
		line += " " + t.Strategy.String()
	}
	lines = append(lines, line)
	for i, c := range t.Children {
		if i == len(t.Children)-1 {
			lines = append(lines, draw(c, below+"└─ ", below+"   ")...)
		} else {
			lines = append(lines, draw(c, below+"├─ ", below+"│  ")...)
		}
	}
	return lines
}

func TestASampleWaitsUntilItsFirstValue(t *testing.T) {
	n := run(t, drawn)
	if s, ok := n.Sample("boiler", "t"); !ok || !s.Value.Quality().IsBad() {
		t.Errorf("before the first answer: %v %v", s, ok)
	}
	if _, ok := n.Sample("boiler", "none"); ok {
		t.Error("there is a sample of a tag that there is not")
	}
	if _, ok := n.Sample("none", "t"); ok {
		t.Error("there is a sample of a device that there is not")
	}
}

func TestANodeWhoseDevicesAreAwayStops(t *testing.T) {
	run(t, drawn) // which stops it when the test ends, and has it fail where that takes too long
}
