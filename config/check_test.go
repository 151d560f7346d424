package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestWhatALaterCheckFindsIsReportedWithTheRest(t *testing.T) {
	parsable := func(site *config.Site) config.Errors {
		var errs config.Errors
		for _, rule := range site.Rules {
			if !strings.HasPrefix(rule.SQL, "SELECT") {
				errs = append(errs, rule.Origin.Error("sql", &config.Problem{What: "this is no query", Fix: "begin with SELECT"}))
			}
		}
		return errs
	}
	text := "site: a\nrules:\n  - name: r\n    sql: SELEKT 1\n    too: line\n  - {name: s, sql: SELECT 1}\n"
	_, err := config.Parse([]config.Source{{Name: "s.yaml", Data: []byte(text)}}, testCatalog(t), parsable)
	want := "s.yaml:4:10: rules[0].sql: this is no query: begin with SELECT\n" +
		"s.yaml:5:5: rules[0]: unknown key \"too\": did you mean \"to\"?"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	errs, ok := errors.AsType[config.Errors](err)
	if !ok || len(errs) != 2 || errs[0].File != "s.yaml" || errs[0].Line != 4 || errs[0].Column != 10 || errs[0].Path != "rules[0].sql" || errs[0].Fix != "begin with SELECT" {
		t.Errorf("taken out %+v", errs)
	}
}

func TestACatalogRefusesWhatItsComponentsDeclareWrongly(t *testing.T) {
	type undocumented struct {
		A int `yaml:"a"`
	}
	for want, build := range map[string]func() (*config.Catalog, error){
		"driver modbus: the name is used twice": func() (*config.Catalog, error) {
			return config.NewCatalog([]config.Driver{{Name: "modbus", Doc: "d"}, {Name: "modbus", Doc: "d"}}, nil)
		},
		"driver modbus: config_test.undocumented.A": func() (*config.Catalog, error) {
			return config.NewCatalog([]config.Driver{{Name: "modbus", Doc: "d", Tag: undocumented{}}}, nil)
		},
		"sink type mqtt: a component has a doc": func() (*config.Catalog, error) {
			return config.NewCatalog(nil, []config.SinkType{{Name: "mqtt"}})
		},
		"is not a name": func() (*config.Catalog, error) {
			return config.NewCatalog(nil, []config.SinkType{{Doc: "d"}})
		},
		"a spec is read from a struct": func() (*config.Catalog, error) {
			return config.NewCatalog(nil, []config.SinkType{{Name: "a", Doc: "d", Options: "x"}})
		},
	} {
		if _, err := build(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestLoopbackIsWhatThisMachineAloneCanReach(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:1": true, "127.9.9.9:1": true, "[::1]:1": true, "localhost:1": true,
		":1": false, "0.0.0.0:1": false, "[::]:1": false, "192.0.2.1:1": false, "plant.example:1": false, "127.0.0.1": false, "": false,
	} {
		if got := config.Loopback(listen); got != want {
			t.Errorf("%q: %v", listen, got)
		}
	}
}

func TestAResourceIsFoundByItsName(t *testing.T) {
	site, err := config.Load("testdata/plant-7.yaml", testCatalog(t))
	if err != nil {
		t.Fatal(err)
	}
	if site.Device("boiler") != &site.Devices[0] || site.Device("kettle") != nil || site.Sink("line") != &site.Sinks[0] || site.Sink("far") != nil {
		t.Error("a resource is not found where it is, or found where it is not")
	}
	if site.Devices[0].Tag("valve") == nil || site.Devices[0].Tag("pump") != nil || !site.Devices[0].Writable() {
		t.Error("a tag is not found where it is, or found where it is not")
	}
	if a := config.WriteOnly; a.Readable() || !a.Writable() || !config.ReadWrite.Readable() || config.ReadOnly.Writable() {
		t.Error("access is mistaken")
	}
}
