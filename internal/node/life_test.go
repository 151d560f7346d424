package node

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
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
