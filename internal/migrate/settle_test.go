package migrate_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// made is a tree of two devices with tags and a rule, each with its origin, all of them taken.
func made(r *migrate.Report) *migrate.Node {
	line := 0
	origin := func(of string) *migrate.Origin {
		line++
		o := migrate.Origin{File: "source", Line: line, Of: of}
		r.Taken(o)
		return &o
	}
	device := func(name string) *migrate.Node {
		d := migrate.Map(origin("device "+name)).Text("name", name)
		tags := migrate.List()
		for _, tag := range []string{"x", "y"} {
			tags.Add(migrate.Map(origin("tag "+name+"."+tag)).Text("name", tag))
		}
		return d.Put("tags", tags)
	}
	return migrate.Map(nil).Put("devices", migrate.List(device("a"), device("b"))).
		Put("rules", migrate.List(migrate.Map(origin("rule r")).Text("name", "r")))
}

func TestWhatCheckRefusesIsTakenOutAndToldAtItsPlace(t *testing.T) {
	var r migrate.Report
	root := made(&r)
	rounds := [][]string{
		{"devices[0].tags[1].name", "devices[0].tags[1].type", "devices[1].tags[0]", "devices[1]"}, // the last says what the one before does
		{"devices[1].endpoint"},
		{"rules[0].sql"},
	}
	text, err := migrate.Settle(root, "out.yaml", &r, func([]byte) error {
		if len(rounds) == 0 {
			return nil
		}
		var errs document.Errors
		for _, path := range rounds[0] {
			errs = append(errs, &document.Error{File: "out.yaml", Path: path, Problem: "wrong at " + path, Fix: "mend it"})
		}
		rounds = rounds[1:]
		return errs
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "devices:\n  - name: a\n    tags:\n      - name: x\nrules: []\n"; string(text) != want {
		t.Errorf("got\n%s", text)
	}
	var said []string
	for _, i := range r.Items {
		said = append(said, string(i.Kind)+" "+i.String())
	}
	want := []string{
		"taken source:1: device a", "taken source:2: tag a.x",
		"left_out source:3: tag a.y: name: wrong at devices[0].tags[1].name: mend it",
		"left_out source:5: tag b.x: wrong at devices[1].tags[0]: mend it",
		"left_out source:4: device b: endpoint: wrong at devices[1].endpoint: mend it (with it, 1 tags)",
		"left_out source:7: rule r: sql: wrong at rules[0].sql: mend it",
	}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(said, "\n"))
	}
}

func TestAnErrorAboutSomethingElseIsNotSettled(t *testing.T) {
	for name, err := range map[string]error{
		"of another file": document.Errors{{File: "base.yaml", Path: "rules[0].sql", Problem: "wrong"}},
		"of the whole":    document.Errors{{File: "out.yaml", Path: "site", Problem: "wrong"}},
		"without a path":  document.Errors{{File: "out.yaml", Problem: "wrong"}},
		"of another kind": errors.New("disk full"),
	} {
		var r migrate.Report
		root := made(&r)
		check := func([]byte) error { return err }
		if _, got := migrate.Settle(root, "out.yaml", &r, check); got == nil {
			t.Errorf("%s: settled", name)
		}
		if r.Count(migrate.LeftOut) > 0 {
			t.Errorf("%s: something was taken out", name)
		}
	}
}
