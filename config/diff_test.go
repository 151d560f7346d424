package config_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

const beforeTheChange = `site: a
devices:
  - {name: boiler, driver: modbus, endpoint: "tcp://h:502", groups: [{name: g, tags: [{name: t, address: "holding:1"}]}]}
  - {name: meter, driver: static}
rules:
  - {name: r, sql: SELECT 1}
sinks:
  - {name: line, type: mqtt, url: "mqtt://h:1", topic: a, password: "env:A"}
`

const afterTheChange = `site: b
console: {listen: "127.0.0.1:9000"}
devices:
  - {name: meter, driver: static}
  - {name: boiler, driver: modbus, endpoint: "tcp://h:502", unit: 2, groups: [{name: g, tags: [{name: t, address: "holding:2"}]}]}
streams:
  - {name: s, mqtt: a}
tables: [{name: l, newest: s, key: k}]
sinks:
  - {name: line, type: mqtt, url: "mqtt://h:1", topic: a, password: "env:B"}
`

func TestADiffNamesEveryResourceThatChangedAndNoOther(t *testing.T) {
	before, after := parse(t, "a.yaml", beforeTheChange), parse(t, "b.yaml", afterTheChange)
	var got []string
	for _, c := range config.Diff(before, after, testCatalog(t)) {
		got = append(got, fmt.Sprint(c.Kind, " ", c.Name, " ", c.Op, " ", c.Keys))
	}
	want := []string{
		"console  changed [listen]",
		"devices boiler changed [groups unit]",
		"rules r removed []",
		"sinks line changed [password]",
		"site  changed [site]",
		"streams s added []",
		"tables l added []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestNothingDiffersWhereOnlyTheTextDoes(t *testing.T) {
	before, again := parse(t, "a.yaml", beforeTheChange), parse(t, "b.yaml", "# moved\n\n"+beforeTheChange)
	if changes := config.Diff(before, again, testCatalog(t)); len(changes) != 0 {
		t.Errorf("changes %+v", changes)
	}
}
