package config_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

const meters = `
templates:
  - name: meter
    parameters:
      - {name: unit, type: int}
      - {name: first, type: int, default: 0}
      - {name: factor, type: float, default: 0.1}
      - {name: kept, type: bool, default: true}
      - {name: line}
    device:
      driver: modbus
      endpoint: tcp://192.0.2.10:502
      unit: ${unit}
      groups:
        - name: energy
          history: ${kept}
          tags:
            - {name: "${line}_power", address: "holding:${first}", scale: "${factor}", description: "of ${line}, $${5} a kWh"}
`

func parsed(t *testing.T, sources ...string) *config.Site {
	t.Helper()
	var all []config.Source
	for i, text := range sources {
		all = append(all, config.Source{Name: fmt.Sprintf("%d.yaml", i), Data: []byte(text)})
	}
	site, err := config.Parse(all, testCatalog(t))
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func TestADeviceOfATemplateIsTheOneWrittenByHand(t *testing.T) {
	used := parsed(t, meters, `
site: plant-7
devices:
  - {name: m1, template: meter, with: {unit: 3, line: a}, demote_after: 5}
  - {name: m2, template: meter, with: {unit: 4, line: l7, first: 12, factor: 1, kept: false}}
`)
	written := parsed(t, `
site: plant-7
devices:
  - name: m1
    driver: modbus
    endpoint: tcp://192.0.2.10:502
    unit: 3
    demote_after: 5
    groups:
      - name: energy
        tags: [{name: a_power, address: "holding:0", scale: 0.1, description: "of a, ${5} a kWh"}]
  - name: m2
    driver: modbus
    endpoint: tcp://192.0.2.10:502
    unit: 4
    groups:
      - name: energy
        history: false
        tags: [{name: l7_power, address: "holding:12", description: "of l7, ${5} a kWh"}]
`)
	catalog := testCatalog(t)
	got, want := config.Canonical(used, catalog), config.Canonical(written, catalog)
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if changes := config.Diff(used, written, catalog); len(changes) != 0 {
		t.Errorf("%v", changes)
	}
	if len(used.Templates) != 0 {
		t.Error("a site that was parsed has templates")
	}
	if text := string(got); strings.Contains(text, "template") {
		t.Errorf("the canonical form tells of templates: %s", text)
	}
}

func TestAChangeOfATemplateChangesItsDevices(t *testing.T) {
	use := "site: plant-7\ndevices:\n  - {name: m1, template: meter, with: {unit: 3, line: a}}\n  - {name: p, driver: modbus, endpoint: \"tcp://192.0.2.11:502\"}\n"
	before, after := parsed(t, meters, use), parsed(t, strings.Replace(meters, "default: 0.1", "default: 0.2", 1), use)
	changes := config.Diff(before, after, testCatalog(t))
	if len(changes) != 1 || changes[0].Name != "m1" || changes[0].Op != config.Changed {
		t.Errorf("%v", changes)
	}
}

func TestWhatIsFoundLaterNamesBothPlaces(t *testing.T) {
	site := parsed(t, meters, "site: plant-7\ndevices:\n  - {name: m1, template: meter, with: {unit: 3, line: a}}\n")
	err := site.Devices[0].Origin.Error("groups[0]", &config.Problem{What: "too slow"})
	want := `0.yaml:15:11: devices[0].groups[0]: too slow (in template "meter", used at 1.yaml:3:5)`
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	if own := site.Devices[0].Origin.Error("name", &config.Problem{What: "taken"}); own.File != "1.yaml" || own.Use != "" {
		t.Errorf("%s", own)
	}
}

func TestTemplatesDoNotMakeMoreThanADocumentMayHave(t *testing.T) {
	if testing.Short() {
		t.Skip("writes four million values")
	}
	var b strings.Builder
	b.WriteString("site: plant-7\ntemplates:\n  - name: large\n    device:\n      driver: modbus\n      groups:\n        - name: g\n          tags:\n")
	for i := range 2_000 {
		fmt.Fprintf(&b, "            - {name: t%d, address: \"holding:1\"}\n", i)
	}
	b.WriteString("devices:\n")
	for i := range 700 {
		fmt.Fprintf(&b, "  - {name: d%d, template: large, endpoint: \"tcp://192.0.2.1:502\"}\n", i)
	}
	_, err := config.Parse([]config.Source{{Name: "large.yaml", Data: []byte(b.String())}}, testCatalog(t))
	if err == nil || !strings.Contains(err.Error(), "the templates make more than 4000000 values") {
		t.Errorf("%.300v", err)
	}
}
