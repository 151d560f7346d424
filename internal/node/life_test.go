package node

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/state"
)

// dead is a site with two rules, over a device that is away.
const dead = `
site: plant-7
console: {listen: "127.0.0.1:0"}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://127.0.0.1:1
    unit: 1
    groups: [{name: g, scan: 1h, tags: [{name: t, address: "holding:0", type: int16}]}]
rules:
  - {name: old, sql: "SELECT t FROM boiler"}
  - {name: young, sql: "SELECT t FROM boiler WHERE t > 1"}
`

// lives starts the life of a node in a directory, without the node.
type lives struct {
	t   *testing.T
	dir string
	c   *Components
}

func (l lives) options(text string) Options {
	l.t.Helper()
	site, err := l.c.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
	if err != nil {
		l.t.Fatal(err)
	}
	return Options{Components: l.c, Site: site, Dir: l.dir, Logger: slog.New(slog.DiscardHandler)}
}

// begin starts, lets the life do what it does, and dies.
func (l lives) begin(text string, during func(*life)) {
	l.t.Helper()
	life, err := openLife(l.options(text))
	if err != nil {
		l.t.Fatal(err)
	}
	during(life)
	if err := life.state.Close(); err != nil {
		l.t.Fatal(err)
	}
}

func die(*life) {}

func (l lives) prove(life *life) {
	if err := life.prove(); err != nil {
		l.t.Fatal(err)
	}
}

func (l lives) wantResting(rules ...string) func(*life) {
	return func(life *life) {
		l.t.Helper()
		if got := keys(life.resting); !slices.Equal(got, rules) {
			l.t.Errorf("at rest are %v, want %v", got, rules)
		}
		if told := life.trouble(life.resting); (told != "") != (len(rules) > 0) {
			l.t.Errorf("it tells %q", told)
		}
	}
}

func TestThreeQuickDeathsRestWhatWasChangedLast(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	l.begin(dead, l.prove)
	changed := strings.Replace(dead, "t > 1", "t > 2", 1)
	for range quickDeaths {
		l.begin(changed, l.wantResting())
	}
	l.begin(changed, l.wantResting("young"))
}

func TestThreeQuickDeathsOfWhatHasAlwaysRunRestEveryRule(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	l.begin(dead, l.prove)
	for range quickDeaths {
		l.begin(dead, die)
	}
	l.begin(dead, l.wantResting("old", "young"))
}

func TestANodeThatNeverProvedItselfRestsEveryRule(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	for range quickDeaths {
		l.begin(dead, die)
	}
	l.begin(dead, l.wantResting("old", "young"))
}

// decide has something else run than the file says, as a change over the API does.
func (l lives) decide(life *life) {
	l.t.Helper()
	g, err := life.state.Accept([]byte(`{"site":"plant-7","rules":[]}`), "cloud", time.Now())
	if err == nil {
		err = life.state.Run(g.Number)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

func TestAFileThatIsKnownSaysNothingAboutWhatWasDecidedSince(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	l.begin(dead, l.decide)
	l.begin(dead, func(life *life) {
		if life.generation.Origin != "cloud" || len(life.site.Rules) != 0 {
			t.Errorf("it runs generation %d of the %s", life.generation.Number, life.generation.Origin)
		}
	})
	l.begin(strings.Replace(dead, "t > 1", "t > 2", 1), func(life *life) {
		if life.generation.Origin != "file" || len(life.site.Rules) != 2 {
			t.Errorf("with another file it runs generation %d of the %s", life.generation.Number, life.generation.Origin)
		}
	})
}

func TestAFileThatAnEarlierProgramWasStartedWithIsKnown(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	s, err := state.Open(state.Options{Dir: filepath.Join(l.dir, "state")})
	if err != nil {
		t.Fatal(err)
	}
	o := l.options(dead)
	err = s.Put(originSpace, fileKey, config.Canonical(o.Site, l.c.catalog))
	l.decide(&life{state: s})
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	l.begin(dead, func(life *life) {
		if life.generation.Origin != "cloud" {
			t.Errorf("it runs generation %d of the %s", life.generation.Number, life.generation.Origin)
		}
	})
}

func TestAHealthySpellForgivesDeaths(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	for range quickDeaths - 1 {
		l.begin(dead, die)
	}
	l.begin(dead, l.prove)
	l.begin(dead, l.wantResting())
}

func TestSafeModeProvesNothingAboutWhatItDoesNotRun(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	l.begin(dead, l.prove)
	changed := strings.Replace(dead, "t > 1", "t > 2", 1)
	for range quickDeaths {
		l.begin(changed, die)
	}
	l.begin(changed, l.prove) // in safe mode
	l.begin(changed, func(life *life) {
		confirmed, err := life.state.Confirmed()
		if err != nil || confirmed.Number == life.generation.Number {
			t.Errorf("confirmed is %d, %v: the configuration that killed the node", confirmed.Number, err)
		}
	})
}

func TestSafeModeStartsTheRestOfTheNode(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	for range quickDeaths {
		l.begin(dead, die)
	}
	n, err := Start(t.Context(), l.options(dead))
	if err != nil {
		t.Fatal(err)
	}
	rules, endpoints := n.ruleParts(n.scene()), n.endpointParts(n.scene())
	if len(n.Trouble()) == 0 || len(rules) != 0 || len(endpoints) != 1 {
		t.Errorf("trouble %v, %d rules, %d endpoints", n.Trouble(), len(rules), len(endpoints))
	}
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.begin(dead, l.wantResting()) // an orderly stop is no death
}

// withoutFile is a start that was given no file, since the node has run before.
func (l lives) withoutFile() (*life, error) {
	return openLife(Options{Components: l.c, Dir: l.dir, Logger: slog.New(slog.DiscardHandler)})
}

func (l lives) spoilState() {
	l.t.Helper()
	path := filepath.Join(l.dir, "state", "state.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 4000), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

func TestANodeWhoseStateIsDamagedRunsWhatWasConfirmedLastAndTells(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	l.begin(dead, l.prove)
	l.spoilState()
	life, err := l.withoutFile()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = life.state.Close() }()
	if life.site.Name != "plant-7" || len(life.site.Rules) != 2 || life.generation.Origin != state.SpareOrigin {
		t.Errorf("it runs %s with %d rules, from %q", life.site.Name, len(life.site.Rules), life.generation.Origin)
	}
	if len(life.damage) != 2 || !strings.Contains(life.damage[0], "put aside") || !strings.Contains(life.damage[1], "generation 1 is run") {
		t.Errorf("it tells %q", life.damage)
	}
}

func TestANodeWhoseStateIsDamagedAndThatHasNoSpareAsksForAFile(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	l.begin(dead, die)
	l.spoilState()
	if _, err := l.withoutFile(); err == nil || !strings.Contains(err.Error(), "--config FILE") {
		t.Errorf("got %v", err)
	}
	l.begin(dead, func(life *life) {
		if life.site.Name != "plant-7" {
			t.Errorf("it runs %s", life.site.Name)
		}
	})
}

func TestDamageOfTheStateIsAnEvent(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	l.begin(dead, l.prove)
	l.spoilState()
	n, err := Start(t.Context(), l.options(dead))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close(t.Context()) }()
	events := n.Events(0, 100)
	if !slices.ContainsFunc(events, func(e console.Event) bool {
		return e.Kind == "alarm" && strings.Contains(e.Text, "state was damaged")
	}) {
		t.Errorf("the events are %v", events)
	}
}
